# A model nobody knows: two rejected heads, then the other way, whose head proves itself
model unknown
ask max_tokens 10
leg
  text "The river rises in the hills and"
  end max_tokens
leg
  text "I'm sorry, what did you mean?"
  end end_turn
leg
  text "I'm sorry, what did you mean?"
  end end_turn
leg
  text "hills and falls into the sea."
  end end_turn
= text "The river rises in the hills and falls into the sea."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184, anchor 1184, prefill 1024
= seams verified at 32 -9 x2

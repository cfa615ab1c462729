# E08 the same, but the larger leg gets to the text
model no-prefill
ask reasoning
ask max_tokens 2000
leg
  reasoning "Hmm, "
  end max_tokens
leg
  reasoning "Hmm, hmm."
  text "Yes."
  end end_turn
= reasoning "Hmm, "
= text "Yes."
= stop {finished:end_turn}
= outcome complete
= legs first, first 8192

# E18 the model refuses our prefill: the other way, in the same answer
model prefill
ask max_tokens 10
leg
  text "The river rises in the hills and"
  end max_tokens
leg
  fail no_prefill
leg
  text "The river rises in the hills and falls"
  end max_tokens
leg
  text "The river rises in the hills and falls into the sea."
  end end_turn
= text "The river rises in the hills and falls into the sea."
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024, anchor 1184, anchor 2208
= seams verified at 32 -32 x0, verified at 38 -38 x0

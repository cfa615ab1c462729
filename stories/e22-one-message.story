# E22 three legs, one message: later legs' own text blocks come under one number
model no-prefill
ask max_tokens 10
leg
  reasoning "hm"
  text "The river rises in the hills"
  end max_tokens
leg
  text ""
  reasoning "hm again"
  text "The river rises in the hills and falls"
  end max_tokens
leg
  text "The river rises in the hills and falls into the sea."
  tool t1 map
  input "{}"
  end tool_use
= reasoning "hm"
= text "The river rises in the hills and falls into the sea."
= tool t1 map "{}"
= stop {finished:tool_use}
= outcome complete
= legs first, anchor 1184, anchor 2208
= seams verified at 28 -28 x0, verified at 38 -38 x0

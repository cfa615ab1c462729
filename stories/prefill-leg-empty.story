# An empty prefill leg means that the cut fell on the end
model prefill
ask max_tokens 10
leg
  text "The river rises in the hills.\n"
  end max_tokens
leg
  end end_turn
= text "The river rises in the hills.\n"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 29 -0 x0

# P26 max_tokens fell exactly on the end
model prefill
ask max_tokens 50
leg
  text "The end."
  end max_tokens
leg
  end end_turn
= text "The end."
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 8 -0 x0

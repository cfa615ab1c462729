# P27 indent equals indent (code lines alike)
model prefill
ask max_tokens 50
leg
  text "a = [\n    1,\n    "
  end max_tokens
leg
  text "\n    2,\n]"
  end end_turn
= text "a = [\n    1,\n    2,\n]"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 12 -0 x0

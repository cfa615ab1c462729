# P12 cut inside the indentation
model prefill
ask max_tokens 50
leg
  text "    if a:\n    "
  end max_tokens
leg
  text "\n        b()\n"
  end end_turn
= text "    if a:\n        b()\n"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 9 -0 x0

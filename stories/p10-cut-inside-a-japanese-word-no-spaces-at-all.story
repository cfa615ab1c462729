# P10 cut inside a Japanese word (no spaces at all)
model prefill
ask max_tokens 50
leg
  text "カエルは両生類の一種であ"
  end max_tokens
leg
  text "り、水辺に"
  text "生息する。"
  end end_turn
= text "カエルは両生類の一種であり、水辺に生息する。"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 12 -0 x0

# E21 a Japanese answer must not go on in English
model no-prefill
ask max_tokens 10
leg
  text "カエルは両生類の一種であ"
  end max_tokens
leg
  text "Frogs live near water."
  end end_turn
leg
  text "カエルは両生類の一種であり、水辺に生息する。"
  end end_turn
= text "カエルは両生類の一種であり、水辺に生息する。"
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184, anchor 1184
= seams verified at 12 -12 x1

# P23 combining mark is the first code point
model prefill
ask max_tokens 50
leg
  text "は"
  end max_tokens
leg
  text "゚ん"
  end end_turn
= text "ぱん"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 1 -0 x0

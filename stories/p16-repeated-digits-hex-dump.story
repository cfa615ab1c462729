# P16 repeated digits / hex dump
model prefill
ask max_tokens 50
leg
  text "0000 0000 00"
  end max_tokens
leg
  text "00 0000"
  end end_turn
= text "0000 0000 0000 0000"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 12 -0 x0

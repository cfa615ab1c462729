# P24 JSON as text cut in a number
model prefill
ask max_tokens 50
leg
  text "{\"a\": [1, 2"
  end max_tokens
leg
  text "0, 3]}"
  end end_turn
= text "{\"a\": [1, 20, 3]}"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 11 -0 x0

# E03 what began like a stop sequence was text
model prefill
ask max_tokens 10
ask stop "</answer>"
leg
  text "a </an"
  end max_tokens
leg
  text "alysis> b"
  end end_turn
= text "a </analysis> b"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 6 -0 x0

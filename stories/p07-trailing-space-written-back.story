# P07 trailing space, written back
model prefill
ask max_tokens 50
leg
  text "The answer is "
  end max_tokens
leg
  text " 42."
  end end_turn
= text "The answer is 42."
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 13 -0 x0

# P04 paragraph break written back one newline per delta
model prefill
ask max_tokens 50
leg
  text "Steps:\n\n"
  end max_tokens
leg
  text "\n"
  text "\n"
  text "1. Open"
  end end_turn
= text "Steps:\n\n1. Open"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 6 -0 x0

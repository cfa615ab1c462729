# P03 paragraph break written back in one delta
model prefill
ask max_tokens 50
leg
  text "First part.\n\n"
  end max_tokens
leg
  text "\n\nSecond part."
  end end_turn
= text "First part.\n\nSecond part."
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 11 -0 x0

# P05 only part of the whitespace written back
model prefill
ask max_tokens 50
leg
  text "First part.\n\n"
  end max_tokens
leg
  text "\nSecond part."
  end end_turn
= text "First part.\n\nSecond part."
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 11 -1 x0

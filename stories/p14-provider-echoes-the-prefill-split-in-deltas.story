# P14 provider echoes the prefill, split in deltas
model echo
ask max_tokens 50
leg
  text "Hello wor"
  end max_tokens
leg
  text "Hel"
  text "lo w"
  text "orld!"
  end end_turn
= text "Hello world!"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 9 -9 x0

# P13 Markdown hard break (two spaces)
model prefill
ask max_tokens 50
leg
  text "line one  "
  end max_tokens
leg
  text "  \nline two"
  end end_turn
= text "line one  \nline two"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 8 -0 x0

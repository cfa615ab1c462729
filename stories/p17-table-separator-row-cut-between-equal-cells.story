# P17 table separator row cut between equal cells
model prefill
ask max_tokens 50
leg
  text "| a | b | c |\n|---|---"
  end max_tokens
leg
  text "|---|\n"
  end end_turn
= text "| a | b | c |\n|---|---|---|\n"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 22 -0 x0

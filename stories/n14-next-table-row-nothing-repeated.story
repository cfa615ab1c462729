# N14 next table row, nothing repeated
model no-prefill
ask max_tokens 50
leg
  text "| a | 1 |\n| b | 1 |\n"
  end max_tokens
leg
  text "| c"
  text " | "
  text "1 |"
  text "\n"
  end end_turn
# the second and the last try say the same
leg
  text "| c"
  text " | "
  text "1 |"
  text "\n"
  end end_turn
leg
  text "| c"
  text " | "
  text "1 |"
  text "\n"
  end end_turn
= text "| a | 1 |\n| b | 1 |\n| c | 1 |\n"
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184, anchor 1184, anchor 1184
= seams unverified at 19 -0 x2

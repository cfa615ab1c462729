# With seams = proven, nothing is guessed
model no-prefill
ask max_tokens 10
policy proven
leg
  text "| a | 1 |\n| b | 1 |\n"
  end max_tokens
leg
  text "| c | 1 |\n"
  end end_turn
leg
  text "| c | 1 |\n"
  end end_turn
leg
  text "| c | 1 |\n"
  end end_turn
= text "| a | 1 |\n| b | 1 |\n"
= stop {cut:length}
= outcome {incomplete:seam}
= legs first, anchor 1184, anchor 1184, anchor 1184

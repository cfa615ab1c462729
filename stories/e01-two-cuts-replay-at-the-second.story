# E01 two cuts in one answer, the text replayed at the second
model no-prefill
ask max_tokens 10
leg
  text "Part one of the report is about water, "
  end max_tokens
leg
  text "Part one of the report is about water, part two of it is about air, "
  end max_tokens
leg
  text "part two of it is about air, part three is about fire."
  end end_turn
= text "Part one of the report is about water, part two of it is about air, part three is about fire."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184, anchor 2208
= seams verified at 38 -38 x0, verified at 67 -28 x0

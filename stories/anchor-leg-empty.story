# An empty anchor leg is rejected; asked again the model says that this was the end
model no-prefill
ask max_tokens 10
leg
  text "The river rises in the hills."
  end max_tokens
leg
  end end_turn
leg
  text "The river rises in the hills."
  end end_turn
= text "The river rises in the hills."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184, anchor 1184
= seams verified at 29 -29 x1

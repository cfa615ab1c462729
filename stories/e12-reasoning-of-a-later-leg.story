# E12 the later leg thinks aloud about being asked to go on: not shown
model no-prefill
ask reasoning
ask max_tokens 2000
leg
  reasoning "I will tell about rivers."
  text "The river rises in the hills and"
  end max_tokens
leg
  reasoning "The user asks me to continue."
  text "The river rises in the hills and falls into the sea."
  end end_turn
= reasoning "I will tell about rivers."
= text "The river rises in the hills and falls into the sea."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 4160
= seams verified at 32 -32 x0

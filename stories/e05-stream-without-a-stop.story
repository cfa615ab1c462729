# E05 a stream that just stops is resumed, at a whole block
model no-prefill
leg
  text "The river rises in the hills and"
  fail lost
leg
  text "The river rises in the hills and falls into the sea."
  end end_turn
= text "The river rises in the hills and falls into the sea."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 32 -32 x0

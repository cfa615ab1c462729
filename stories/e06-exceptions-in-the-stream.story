# E06 throttled, then overloaded, in the middle of a stream: one clean stream for the caller
model no-prefill
leg
  text "The river rises in the hills and"
  fail throttled 3000
leg
  text "The river rises in the hills and falls into"
  fail overloaded
leg
  text "The river rises in the hills and falls into the sea."
  end end_turn
= text "The river rises in the hills and falls into the sea."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184, anchor 1184
= seams verified at 32 -32 x0, verified at 43 -43 x0
= rests 2

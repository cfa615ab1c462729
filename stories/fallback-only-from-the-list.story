# A model that keeps failing: the operator's fallback goes on, by anchor
model prefill
policy fallback other
leg
  text "The river rises in the hills and"
  fail lost
leg
  fail overloaded
leg
  fail overloaded
leg
  text "The river rises in the hills and falls into the sea."
  end end_turn
= text "The river rises in the hills and falls into the sea."
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024, prefill 1024, anchor 1184 of other
= seams verified at 32 -32 x0
= rests 1

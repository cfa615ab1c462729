# A fallback that is refused is passed over, and the next one goes on
model prefill
policy fallback forbidden
policy fallback other@far
leg
  text "The river rises in the hills and"
  fail lost
leg
  fail overloaded
leg
  fail overloaded
leg
  fail denied
leg
  text "The river rises in the hills and falls into the sea."
  end end_turn
= text "The river rises in the hills and falls into the sea."
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024, prefill 1024, anchor 1184 of forbidden, anchor 1184 of other in far
= seams verified at 32 -32 x0
= rests 1

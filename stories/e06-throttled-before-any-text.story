# E06 throttled before any text: the caller's own request again, after a rest
model no-prefill
leg
  fail throttled
leg
  fail throttled 2500
leg
  text "Here we are."
  end end_turn
= text "Here we are."
= stop {finished:end_turn}
= outcome complete
= legs first, first, first
= rests 2

# A model that only throttles, before any text: after three tries the fallback is asked the question
model no-prefill
policy fallback other
leg
  fail throttled
leg
  fail throttled
leg
  fail throttled
leg
  fail throttled
leg
  text "Here."
  end end_turn
= text "Here."
= stop {finished:end_turn}
= outcome complete
= legs first, first, first, first, first of other
= rests 3

# Another model fails as well: the caller's own goes on in the region behind it on the list
model no-prefill
policy fallback other@near
policy fallback @far
leg
  fail overloaded
leg
  fail overloaded
leg
  fail overloaded
leg
  fail overloaded
leg
  fail overloaded
leg
  fail overloaded
leg
  text "Here."
  end end_turn
= text "Here."
= stop {finished:end_turn}
= outcome complete
= legs first, first, first of other in near, first of other in near, first in far, first in far, first in far
= rests 4

# The caller wants no other leg, and the one that runs breaks: what was shown stays.
model prefill
leg
  finish
  text "Half a bridge "
  fail overloaded
= text "Half a bridge "
= stop {cut:length}
= outcome cancelled
= legs first

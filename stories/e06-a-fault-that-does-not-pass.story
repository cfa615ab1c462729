# E06 a fault that does not pass ends a stream as a fault, with the text kept
model no-prefill
leg
  text "The river rises"
  fail lost
leg
  fail overloaded
leg
  fail overloaded
= text "The river rises"
= fault {cut:{overloaded:{retry_after:null}}}
= outcome {incomplete:{fault:{cut:{overloaded:{retry_after:null}}}}}
= legs first, anchor 1184, anchor 1184
= rests 1

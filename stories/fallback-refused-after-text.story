# No fallback takes the request after text: the answer ends in the own model's failure
model no-prefill
policy fallback @far
leg
  text "The river rises in the hills and"
  fail overloaded
leg
  fail overloaded
leg
  fail invalid
= text "The river rises in the hills and"
= fault {cut:{overloaded:{retry_after:null}}}
= outcome {incomplete:{fault:{cut:{overloaded:{retry_after:null}}}}}
= legs first, anchor 1184, anchor 1184 in far
= rests 1

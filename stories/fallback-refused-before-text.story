# No fallback takes the request: the caller sees how the own model failed, not what a fallback was refused for
model no-prefill
policy fallback forbidden
leg
  fail overloaded
leg
  fail overloaded
leg
  fail denied
= fault {cut:{overloaded:{retry_after:null}}}
= outcome {incomplete:{fault:{cut:{overloaded:{retry_after:null}}}}}
= legs first, first, first of forbidden
= rests 1

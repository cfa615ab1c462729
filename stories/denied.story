# An error to the caller's own request passes as it is
model prefill
leg
  fail denied
= fault {rejected:denied}
= outcome {incomplete:{rejected:{rejected:denied}}}
= legs first

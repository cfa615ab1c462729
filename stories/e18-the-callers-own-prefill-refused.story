# E18 the caller's own prefill is refused: the error is the caller's
model prefill
ask prefill "Once upon"
leg
  fail no_prefill
= fault {rejected:no_prefill}
= outcome {incomplete:{rejected:{rejected:no_prefill}}}
= legs first

# A rest that would outlast the window without progress is not begun
model no-prefill
leg
  text "The river rises"
  fail throttled 999999999
= text "The river rises"
= fault {cut:{throttled:{retry_after:999999999}}}
= outcome {incomplete:{fault:{cut:{throttled:{retry_after:999999999}}}}}
= legs first

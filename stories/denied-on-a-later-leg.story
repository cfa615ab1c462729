# An error to a later leg of ours ends the answer incomplete
model prefill
ask max_tokens 10
ask collected
leg
  text "So far"
  end max_tokens
leg
  fail denied
= text "So far"
= stop {cut:length}
= outcome {incomplete:{rejected:{rejected:denied}}}
= legs first, prefill 1024

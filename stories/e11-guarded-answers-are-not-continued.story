# E11 with a guardrail, continuing is off unless the operator turns it on
model prefill
ask guarded
ask max_tokens 10
leg
  text "The first part"
  end max_tokens
= text "The first part"
= stop {cut:length}
= outcome {incomplete:guarded}
= legs first

# E11 a guardrail steps in on a later leg: nothing of that leg is shown
model prefill
ask guarded
ask max_tokens 10
policy guarded
leg
  text "The first part"
  end max_tokens
leg
  text "Blocked by policy."
  end guardrail_intervened
= text "The first part"
= stop {refused:guardrail}
= outcome {incomplete:guardrail_on_continuation}
= legs first, prefill 1024

# E11 a guardrail stepped in: never continued
model prefill
ask guarded
leg
  text "Sorry, I cannot"
  end guardrail_intervened
= text "Sorry, I cannot"
= stop {refused:guardrail}
= outcome refused
= legs first

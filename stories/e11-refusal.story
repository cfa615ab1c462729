# E11 the model declined
model prefill
leg
  text "I would rather not."
  end refusal
= text "I would rather not."
= stop {refused:declined}
= outcome refused
= legs first

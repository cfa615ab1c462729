# A deadline before anything came: no message is made up
model prefill
policy deadline 1
leg
  text "Too late."
  end end_turn
= stop {cut:length}
= outcome {incomplete:deadline}
= legs first

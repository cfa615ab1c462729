# What the model's own service could not use is asked again once
model prefill
ask collected
leg
  text "garb"
  end malformed malformed_model_output
leg
  text "Fine."
  end end_turn
= text "Fine."
= stop {finished:end_turn}
= outcome complete
= legs first, first

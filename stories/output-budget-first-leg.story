# A budget below the caller's own limit lowers the first leg, and the report says so
model prefill
ask max_tokens 1000
policy output 10
leg
  text "The river"
  usage 10 10
  end max_tokens
= text "The river"
= stop {cut:length}
= outcome {incomplete:output_budget}
= legs first 10

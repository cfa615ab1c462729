# In cap, the caller's limit is the whole answer's
model prefill
ask max_tokens 10
policy mode cap
leg
  text "One, two, three, four,"
  usage 5 10
  end max_tokens
= text "One, two, three, four,"
= stop {cut:length}
= outcome {incomplete:max_tokens}
= legs first

# maxTokens 1 is a probe
model prefill
ask max_tokens 1
leg
  text "Hi"
  end max_tokens
= text "Hi"
= stop {cut:length}
= outcome {incomplete:max_tokens}
= legs first

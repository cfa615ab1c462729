# Structured output on a stream: an honest stop
model prefill
ask schema
ask max_tokens 20
leg
  text "{\"a\": [1, 2"
  end max_tokens
= text "{\"a\": [1, 2"
= stop {cut:length}
= outcome {incomplete:not_text}
= legs first

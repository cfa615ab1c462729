# E09 cut inside a tool's input on a stream: passed as it came, and an honest stop
model no-prefill
ask tools
leg
  text "Let me look."
  tool t1 search
  input "{\"query\": \"riv"
  end max_tokens
= text "Let me look."
= tool t1 search "{\"query\": \"riv"
= stop {cut:length}
= outcome {incomplete:not_text}
= legs first

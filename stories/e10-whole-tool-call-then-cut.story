# E10 a whole tool call, then cut: it ends as tool_use
model no-prefill
ask tools
leg
  tool t1 search
  input "{\"query\": \"rivers\"}"
  text "And now"
  end max_tokens
= tool t1 search "{\"query\": \"rivers\"}"
= text "And now"
= stop {finished:tool_use}
= outcome complete
= legs first

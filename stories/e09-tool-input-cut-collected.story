# E09 cut inside a tool's input, collected: the call is asked again, larger
model no-prefill
ask tools
ask collected
ask max_tokens 20
leg
  text "Let me look that up for you."
  tool t1 search
  input "{\"query\": \"riv"
  end max_tokens
leg
  text "Let me look that up for you."
  tool t2 search
  input "{\"query\": \"rivers\"}"
  end tool_use
= text "Let me look that up for you."
= tool t2 search "{\"query\": \"rivers\"}"
= stop {finished:tool_use}
= outcome complete
= legs first, anchor 8192
= seams verified at 28 -28 x0

# Asked to go on, the model calls the tool at once, without the echo: rejected, asked again, then done
model no-prefill
ask collected
ask tools
ask max_tokens 10
leg
  text "Let me look that up in the big book of rivers:"
  end max_tokens
leg
  tool t1 search
  input "{\"query\": \"rivers\"}"
  end tool_use
leg
  text "Let me look that up in the big book of rivers:"
  tool t2 search
  input "{\"query\": \"rivers\"}"
  end tool_use
= text "Let me look that up in the big book of rivers:"
= tool t2 search "{\"query\": \"rivers\"}"
= stop {finished:tool_use}
= outcome complete
= legs first, anchor 1184, anchor 1184
= seams verified at 46 -46 x1

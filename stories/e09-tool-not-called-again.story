# E09 asked again, the model does not call the tool: incomplete, not complete
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
  text "Let me look that up for you. Well, never mind."
  end end_turn
= text "Let me look that up for you. Well, never mind."
= stop {cut:length}
= outcome {incomplete:not_text}
= legs first, anchor 8192
= seams verified at 28 -28 x0

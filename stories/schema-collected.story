# Structured output is not continued: asked again, larger
model prefill
ask schema
ask collected
ask max_tokens 20
leg
  text "{\"a\": [1, 2"
  end max_tokens
leg
  text "{\"a\": [1, 2, 3]}"
  end end_turn
= text "{\"a\": [1, 2, 3]}"
= stop {finished:end_turn}
= outcome complete
= legs first, first 8192

# The context window is full
model prefill
ask max_tokens 10
leg
  text "So far"
  end max_tokens
leg
  text " so good"
  end context_full
= text "So far so good"
= stop {rejected:context_full}
= outcome {incomplete:context_full}
= legs first, prefill 1024
= seams placed at 6 -0 x0

# E13 legs that bring next to nothing new end the answer
model prefill
ask max_tokens 10
leg
  text "It goes on"
  end max_tokens
leg
  text " and on"
  end max_tokens
leg
  text " and on"
  end max_tokens
= text "It goes on and on and on"
= stop {cut:length}
= outcome {incomplete:no_progress}
= legs first, prefill 1024, prefill 2048
= seams placed at 10 -0 x0, placed at 17 -0 x0

# E13 legs cut inside the echo say nothing new
model no-prefill
ask max_tokens 10
leg
  text "The river rises in the hills and"
  end max_tokens
leg
  text "The river ri"
  end max_tokens
leg
  text "The river rises in the hills and"
  end max_tokens
= text "The river rises in the hills and"
= stop {cut:length}
= outcome {incomplete:no_progress}
= legs first, anchor 1184, anchor 2208

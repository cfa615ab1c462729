# E08 the whole limit went into reasoning, twice: one escalation, then a truthful stop
model no-prefill
ask reasoning
ask max_tokens 2000
leg
  reasoning "Hmm, "
  end max_tokens
leg
  reasoning "Hmm, hmm."
  end max_tokens
= reasoning "Hmm, "
= stop {cut:length}
= outcome {incomplete:reasoning_only}
= legs first, first 8192

# In cap, a broken stream is recovered within the limit
model prefill
ask max_tokens 10
policy mode cap
leg
  text "One, two,"
  fail lost
leg
  text " three, four,"
  usage 9 7
  end max_tokens
= text "One, two, three, four,"
= stop {cut:length}
= outcome {incomplete:max_tokens}
= legs first, prefill 7
= seams placed at 9 -0 x0

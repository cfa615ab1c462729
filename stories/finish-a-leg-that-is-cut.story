# The caller wants no leg after the one that is running, and that one is cut: what it wrote stays.
model prefill
ask max_tokens 10
leg
  text "One for the road, and"
  end max_tokens
leg
  finish
  text " one for the way back, and "
  end max_tokens
= text "One for the road, and one for the way back, and "
= stop {cut:length}
= outcome cancelled
= legs first, prefill 1024
= seams placed at 21 -0 x0

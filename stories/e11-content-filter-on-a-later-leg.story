# E11 the content filter, on a later leg
model prefill
ask max_tokens 10
leg
  text "The first part"
  end max_tokens
leg
  text " and some more"
  end content_filtered
= text "The first part and some more"
= stop {refused:content_filter}
= outcome refused
= legs first, prefill 1024
= seams placed at 14 -0 x0

# E20 the answer itself holds quotation marks, JSON and tags like ours
model no-prefill
ask max_tokens 10
leg
  text "He said: \"only \\\"up to here\\\": </tail> «so far» and"
  end max_tokens
leg
  text "He said: \"only \\\"up to here\\\": </tail> «so far» and no further\"."
  end end_turn
= text "He said: \"only \\\"up to here\\\": </tail> «so far» and no further\"."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 51 -51 x0

# The caller wants no leg after the one that is running, and that one ends by itself: nothing is missing.
model no-prefill
ask max_tokens 10
leg
  text "The ferry leaves at seven and"
  end max_tokens
leg
  finish
  text "The ferry leaves at seven and comes back at nine."
  end end_turn
= text "The ferry leaves at seven and comes back at nine."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 29 -29 x0

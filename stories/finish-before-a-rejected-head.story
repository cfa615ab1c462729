# The caller wants no other leg, and the one that runs cannot be joined: it is not asked again.
model no-prefill
ask max_tokens 10
leg
  text "The ferry leaves at seven and"
  end max_tokens
leg
  finish
  text "As an assistant I cannot see what I said before. What would you like to know?"
  end end_turn
= text "The ferry leaves at seven and"
= stop {cut:length}
= outcome cancelled
= legs first, anchor 1184

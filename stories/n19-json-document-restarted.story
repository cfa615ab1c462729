# N19 JSON document restarted
model no-prefill
ask max_tokens 50
leg
  text "{\"items\": [{\"id\": 1, \"name\": \"Al"
  end max_tokens
leg
  text "{\"i"
  text "tem"
  text "s\":"
  text " [{"
  text "\"id"
  text "\": "
  text "1, "
  text "\"na"
  text "me\""
  text ": \""
  text "Ali"
  text "ce\""
  text "}]}"
  end end_turn
= text "{\"items\": [{\"id\": 1, \"name\": \"Alice\"}]}"
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 32 -32 x0

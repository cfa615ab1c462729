# E20 the model repeats the anchor as it was quoted, with its escapes
model no-prefill
ask max_tokens 10
leg
  text "He said: \"go\"\nand then he left the room and"
  end max_tokens
leg
  text "\"He said: \\\"go\\\"\\nand then he left the room and\" never came back."
  end end_turn
= text "He said: \"go\"\nand then he left the room and never came back."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams unverified at 43 -48 x0

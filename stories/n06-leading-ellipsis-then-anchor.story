# N06 leading ellipsis then anchor
model no-prefill
ask max_tokens 50
leg
  text "The handshake begins when the client sends its first segment. This tells the server that the client wants to"
  end max_tokens
leg
  text "..."
  text "tha"
  text "t t"
  text "he "
  text "cli"
  text "ent"
  text " wa"
  text "nts"
  text " to"
  text " op"
  text "en "
  text "a c"
  text "onn"
  text "ect"
  text "ion"
  text "."
  end end_turn
= text "The handshake begins when the client sends its first segment. This tells the server that the client wants to open a connection."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 108 -27 x0

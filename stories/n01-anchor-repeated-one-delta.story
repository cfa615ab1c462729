# N01 anchor repeated, one delta
model no-prefill
ask max_tokens 50
leg
  text "The handshake begins when the client sends its first segment. This tells the server that the client wants to"
  end max_tokens
leg
  text "This tells the server that the client wants to open a connection."
  end end_turn
= text "The handshake begins when the client sends its first segment. This tells the server that the client wants to open a connection."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 108 -46 x0

# N02 anchor repeated, 3-char deltas
model no-prefill
ask max_tokens 50
leg
  text "The handshake begins when the client sends its first segment. This tells the server that the client wants to"
  end max_tokens
leg
  text "Thi"
  text "s t"
  text "ell"
  text "s t"
  text "he "
  text "ser"
  text "ver"
  text " th"
  text "at "
  text "the"
  text " cl"
  text "ien"
  text "t w"
  text "ant"
  text "s t"
  text "o o"
  text "pen"
  text " a "
  text "con"
  text "nec"
  text "tio"
  text "n."
  end end_turn
= text "The handshake begins when the client sends its first segment. This tells the server that the client wants to open a connection."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 108 -46 x0

# N21 boundary space dropped, no anchor
model no-prefill
ask max_tokens 50
leg
  text "The handshake begins when the client sends its first segment. This tells the server that the client"
  end max_tokens
leg
  text "wan"
  text "ts "
  text "to "
  text "ope"
  text "n a"
  text " co"
  text "nne"
  text "cti"
  text "on."
  end end_turn
# asked again, with a longer anchor
leg
  text "segment. This tells the server that the client"
  text " wants to open a connection."
  end end_turn
= text "The handshake begins when the client sends its first segment. This tells the server that the client wants to open a connection."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184, anchor 1184
= seams verified at 99 -46 x1

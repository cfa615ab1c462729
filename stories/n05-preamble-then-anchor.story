# N05 preamble then anchor
model no-prefill
ask max_tokens 50
leg
  text "The handshake begins when the client sends its first segment. This tells the server that the client wants to"
  end max_tokens
leg
  text "Sur"
  text "e, "
  text "con"
  text "tin"
  text "uin"
  text "g f"
  text "rom"
  text " wh"
  text "ere"
  text " I "
  text "lef"
  text "t o"
  text "ff:"
  text "\n\nt"
  text "hat"
  text " th"
  text "e c"
  text "lie"
  text "nt "
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
= text "The handshake begins when the client sends its first segment. This tells the server that the client wants to open a connection."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 108 -65 x0

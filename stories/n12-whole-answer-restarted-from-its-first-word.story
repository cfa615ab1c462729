# N12 whole answer restarted from its first word
model no-prefill
ask max_tokens 50
leg
  text "The handshake begins when the client sends its first segment. This tells the server that the client wants to"
  end max_tokens
leg
  text "The"
  text " ha"
  text "nds"
  text "hak"
  text "e b"
  text "egi"
  text "ns "
  text "whe"
  text "n t"
  text "he "
  text "cli"
  text "ent"
  text " se"
  text "nds"
  text " it"
  text "s f"
  text "irs"
  text "t s"
  text "egm"
  text "ent"
  text ". T"
  text "his"
  text " te"
  text "lls"
  text " th"
  text "e s"
  text "erv"
  text "er "
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
  text ". T"
  text "hen"
  text " th"
  text "e s"
  text "erv"
  text "er "
  text "rep"
  text "lie"
  text "s."
  end end_turn
= text The handshake begins when the client sends its first segment. This tells the server that the client wants to open a connection. Then the server replies.
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 108 -108 x0

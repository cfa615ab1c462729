# N17 bold marker restarted
model no-prefill
ask max_tokens 50
leg
  text "Note.\n\n**Important"
  end max_tokens
leg
  text "**I"
  text "mpo"
  text "rta"
  text "nt*"
  text "* n"
  text "ote"
  text "s f"
  text "oll"
  text "ow."
  end end_turn
= text "Note.\n\n**Important** notes follow."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 18 -11 x0

# N04 partial ends in blank line, anchor repeated
model no-prefill
ask max_tokens 50
leg
  text "The first section explains the design.\n\n"
  end max_tokens
leg
  text "fir"
  text "st "
  text "sec"
  text "tio"
  text "n e"
  text "xpl"
  text "ain"
  text "s t"
  text "he "
  text "des"
  text "ign"
  text ".\n\n"
  text "The"
  text " se"
  text "con"
  text "d s"
  text "ect"
  text "ion"
  end end_turn
= text "The first section explains the design.\n\nThe second section"
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 38 -34 x0

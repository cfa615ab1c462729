# N10 heading line restarted (seen in a real Hermes transcript)
model no-prefill
ask max_tokens 50
leg
  text "fits into existing workflows\n\n**Limitations/Gaps for"
  end max_tokens
leg
  text "**L"
  text "imi"
  text "tat"
  text "ion"
  text "s/G"
  text "aps"
  text " fo"
  text "r C"
  text "ont"
  text "ent"
  text " Fa"
  text "cto"
  text "ry "
  text "/ 教"
  text "培:*"
  text "*\n\n"
  text "| I"
  text "ssu"
  text "e |"
  end end_turn
= text "fits into existing workflows\n\n**Limitations/Gaps for Content Factory / 教培:**\n\n| Issue |"
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 52 -22 x0

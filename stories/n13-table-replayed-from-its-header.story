# N13 table replayed from its header
model no-prefill
ask max_tokens 50
leg
  text "| Model | Price |\n|---|---|\n| Haiku | 0.25 |\n| Sonnet |"
  end max_tokens
leg
  text "| M"
  text "ode"
  text "l |"
  text " Pr"
  text "ice"
  text " |\n"
  text "|--"
  text "-|-"
  text "--|"
  text "\n| "
  text "Hai"
  text "ku "
  text "| 0"
  text ".25"
  text " |\n"
  text "| S"
  text "onn"
  text "et "
  text "| 3"
  text ".00"
  text " |\n"
  end end_turn
= text "| Model | Price |\n|---|---|\n| Haiku | 0.25 |\n| Sonnet | 3.00 |\n"
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 55 -55 x0

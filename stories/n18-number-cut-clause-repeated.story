# N18 number cut, clause repeated
model no-prefill
ask max_tokens 50
leg
  text "As of today the grand total is 12"
  end max_tokens
leg
  text "the"
  text " gr"
  text "and"
  text " to"
  text "tal"
  text " is"
  text " 12"
  text ",34"
  text "5 U"
  text "SD."
  end end_turn
= text "As of today the grand total is 12,345 USD."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 33 -21 x0

# N22 identical list lines around the cut
model no-prefill
ask max_tokens 50
leg
  text "- Use the cache.\n- Use the cache.\n- Use"
  end max_tokens
leg
  text " th"
  text "e i"
  text "nde"
  text "x.\n"
  text "- D"
  text "one"
  end end_turn
# the second and the last try say the same
leg
  text " th"
  text "e i"
  text "nde"
  text "x.\n"
  text "- D"
  text "one"
  end end_turn
leg
  text " th"
  text "e i"
  text "nde"
  text "x.\n"
  text "- D"
  text "one"
  end end_turn
= text "- Use the cache.\n- Use the cache.\n- Use the index.\n- Done"
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184, anchor 1184, anchor 1184
= seams unverified at 39 -0 x2

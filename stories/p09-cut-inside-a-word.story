# P09 cut inside a word
model prefill
ask max_tokens 50
leg
  text "interna"
  end max_tokens
leg
  text "tional"
  text "ization"
  end end_turn
= text "internationalization"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 7 -0 x0

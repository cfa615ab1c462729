# P25 LaTeX cut inside braces
model prefill
ask max_tokens 50
leg
  text "$$\\frac{1}{"
  end max_tokens
leg
  text "2}$$"
  end end_turn
= text "$$\\frac{1}{2}$$"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 11 -0 x0

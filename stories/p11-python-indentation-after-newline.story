# P11 Python indentation after newline
model prefill
ask max_tokens 50
leg
  text "def f(x):\n"
  end max_tokens
leg
  text "\n    return x\n"
  end end_turn
= text "def f(x):\n    return x\n"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 9 -0 x0

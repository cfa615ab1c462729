# N08 legit closing fence first
model no-prefill
ask max_tokens 50
leg
  text "Here is the code:\n\n```python\ndef total(xs):\n    acc = 0\n    return acc\n"
  end max_tokens
leg
  text "```"
  text "\n\nD"
  text "one"
  text "."
  end end_turn
# the second and the last try say the same
leg
  text "```"
  text "\n\nD"
  text "one"
  text "."
  end end_turn
leg
  text "```"
  text "\n\nD"
  text "one"
  text "."
  end end_turn
= text "Here is the code:\n\n```python\ndef total(xs):\n    acc = 0\n    return acc\n```\n\nDone."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184, anchor 1184, anchor 1184
= seams unverified at 70 -0 x2

# N07 open fence re-opened
model no-prefill
ask max_tokens 50
leg
  text "Here is the code:\n\n```python\ndef total(xs):\n    acc = 0\n"
  end max_tokens
leg
  text "```"
  text "pyt"
  text "hon"
  text "\n  "
  text "  f"
  text "or "
  text "x i"
  text "n x"
  text "s:\n"
  text "   "
  text "   "
  text "  a"
  text "cc "
  text "+= "
  text "x\n "
  text "   "
  text "ret"
  text "urn"
  text " ac"
  text "c\n`"
  text "``\n"
  end end_turn
# the second and the last try say the same
leg
  text "```"
  text "pyt"
  text "hon"
  text "\n  "
  text "  f"
  text "or "
  text "x i"
  text "n x"
  text "s:\n"
  text "   "
  text "   "
  text "  a"
  text "cc "
  text "+= "
  text "x\n "
  text "   "
  text "ret"
  text "urn"
  text " ac"
  text "c\n`"
  text "``\n"
  end end_turn
leg
  text "```"
  text "pyt"
  text "hon"
  text "\n  "
  text "  f"
  text "or "
  text "x i"
  text "n x"
  text "s:\n"
  text "   "
  text "   "
  text "  a"
  text "cc "
  text "+= "
  text "x\n "
  text "   "
  text "ret"
  text "urn"
  text " ac"
  text "c\n`"
  text "``\n"
  end end_turn
= text "Here is the code:\n\n```python\ndef total(xs):\n    acc = 0\n    for x in xs:\n        acc += x\n    return acc\n```\n"
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184, anchor 1184, anchor 1184
= seams unverified at 55 -9 x2

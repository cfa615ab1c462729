# N09 fence re-opened AND last line repeated
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
  text "  a"
  text "cc "
  text "= 0"
  text "\n  "
  text "  r"
  text "etu"
  text "rn "
  text "acc"
  text "\n``"
  text "`\n"
  end end_turn
# the second and the last try say the same
leg
  text "```"
  text "pyt"
  text "hon"
  text "\n  "
  text "  a"
  text "cc "
  text "= 0"
  text "\n  "
  text "  r"
  text "etu"
  text "rn "
  text "acc"
  text "\n``"
  text "`\n"
  end end_turn
leg
  text "```"
  text "pyt"
  text "hon"
  text "\n  "
  text "  a"
  text "cc "
  text "= 0"
  text "\n  "
  text "  r"
  text "etu"
  text "rn "
  text "acc"
  text "\n``"
  text "`\n"
  end end_turn
= text "Here is the code:\n\n```python\ndef total(xs):\n    acc = 0\n    return acc\n```\n"
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184, anchor 1184, anchor 1184
= seams unverified at 55 -21 x2

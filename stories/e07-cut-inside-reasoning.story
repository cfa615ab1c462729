# E07 lost inside a reasoning block: asked again, the reasoning not shown twice
model no-prefill
ask reasoning
leg
  reasoning "Let me think ab"
  fail lost
leg
  reasoning "Let me think about it."
  signature "sig"
  text "It is 42."
  end end_turn
= reasoning "Let me think ab"
= text "It is 42."
= stop {finished:end_turn}
= outcome complete
= legs first, first

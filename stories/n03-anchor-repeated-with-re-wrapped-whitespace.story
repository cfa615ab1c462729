# N03 anchor repeated with re-wrapped whitespace
model no-prefill
ask max_tokens 50
leg
  text "an optional hours component, an optional minutes\n    component, and an optional"
  end max_tokens
leg
  text "min"
  text "ute"
  text "s c"
  text "omp"
  text "one"
  text "nt,"
  text " an"
  text "d a"
  text "n o"
  text "pti"
  text "ona"
  text "l s"
  text "eco"
  text "nds"
  text " co"
  text "mpo"
  text "nen"
  text "t."
  end end_turn
= text "an optional hours component, an optional minutes\n    component, and an optional seconds component."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 79 -34 x0

# N20 meta answer only (must never be appended)
model no-prefill
ask max_tokens 50
leg
  text "The handshake begins when the client sends its first segment. This tells the server that the client wants to"
  end max_tokens
leg
  text "I d"
  text "on'"
  text "t s"
  text "ee "
  text "a p"
  text "rev"
  text "iou"
  text "s m"
  text "ess"
  text "age"
  text " to"
  text " co"
  text "nti"
  text "nue"
  text "."
  end end_turn
# the second and the last try say the same
leg
  text "I d"
  text "on'"
  text "t s"
  text "ee "
  text "a p"
  text "rev"
  text "iou"
  text "s m"
  text "ess"
  text "age"
  text " to"
  text " co"
  text "nti"
  text "nue"
  text "."
  end end_turn
leg
  text "I d"
  text "on'"
  text "t s"
  text "ee "
  text "a p"
  text "rev"
  text "iou"
  text "s m"
  text "ess"
  text "age"
  text " to"
  text " co"
  text "nti"
  text "nue"
  text "."
  end end_turn
= text "The handshake begins when the client sends its first segment. This tells the server that the client wants to"
= stop {cut:length}
= outcome {incomplete:seam}
= legs first, anchor 1184, anchor 1184, anchor 1184

# A stop reason nobody knows passes, and is never called complete
model prefill
leg
  text "Wait"
  end pause_turn
= text "Wait"
= stop {unknown:pause_turn}
= outcome {incomplete:{unknown_stop:pause_turn}}
= legs first

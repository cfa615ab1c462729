# P22 ZWJ emoji sequence cut after the joiner
model prefill
ask max_tokens 50
leg
  text "家族: 👨‍"
  end max_tokens
leg
  text "👩‍👧 です"
  end end_turn
= text "家族: 👨‍👩‍👧 です"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 6 -0 x0

# P15 legit repetition, provider does not echo
model prefill
ask max_tokens 50
leg
  text "ha"
  end max_tokens
leg
  text "ha"
  text "ha!"
  end end_turn
= text "hahaha!"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 2 -0 x0

# E04 a surrogate pair whose second half never came
model prefill
ask max_tokens 10
leg
  text "ok"
  half " and "
  end max_tokens
leg
  text " 😀 done"
  end end_turn
= text "ok and 😀 done"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 6 -0 x0

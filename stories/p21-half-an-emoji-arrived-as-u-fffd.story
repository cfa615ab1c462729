# P21 half an emoji arrived as U+FFFD
model prefill
ask max_tokens 50
leg
  text "Great job �"
  end max_tokens
leg
  text "🎉 done"
  end end_turn
= text "Great job 🎉 done"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 9 -0 x0

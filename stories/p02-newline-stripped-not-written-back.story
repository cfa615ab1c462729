# P02 newline stripped, NOT written back
model prefill
ask max_tokens 50
leg
  text "静かに鳴く小さな声\n"
  end max_tokens
leg
  text "夕暮れの影"
  end end_turn
= text "静かに鳴く小さな声\n夕暮れの影"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 9 -0 x0

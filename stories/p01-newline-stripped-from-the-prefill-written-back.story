# P01 newline stripped from the prefill, written back
model prefill
ask max_tokens 50
leg
  text "池のほとりで\n静かに鳴く小さな声\n"
  end max_tokens
leg
  text "\n夕暮れの影\n"
  text "揺れる"
  end end_turn
= text "池のほとりで\n静かに鳴く小さな声\n夕暮れの影\n揺れる"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 16 -0 x0

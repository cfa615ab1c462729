# P06 MORE whitespace than was cut (list opens)
model prefill
ask max_tokens 50
leg
  text "Steps:\n"
  end max_tokens
leg
  text "\n\n- item"
  end end_turn
= text "Steps:\n\n- item"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 6 -0 x0

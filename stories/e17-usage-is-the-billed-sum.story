# E17 three legs, whose usage is summed
model prefill
ask max_tokens 10
policy report
leg
  text "One, two, three, four, five, "
  usage 50 10
  end max_tokens
leg
  text "six, seven, eight, nine, ten, "
  usage 60 12
  end max_tokens
leg
  text "eleven."
  usage 72 3
  end end_turn
= text "One, two, three, four, five, six, seven, eight, nine, ten, eleven."
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024, prefill 2048
= seams placed at 28 -0 x0, placed at 58 -0 x0

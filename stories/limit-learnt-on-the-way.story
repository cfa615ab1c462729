# A later leg learns the model's limit from the error
model prefill
ask max_tokens 600
leg
  text "A long story"
  end max_tokens
leg
  fail limit 700
leg
  text " ends."
  end end_turn
= text "A long story ends."
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1200, prefill 700
= seams placed at 12 -0 x0

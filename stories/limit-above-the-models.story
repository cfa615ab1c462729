# A limit above the model's is lowered, and the answer served in legs
model prefill
model limit 4096
ask max_tokens 9000
leg
  text "A long story"
  end max_tokens
leg
  text " ends."
  end end_turn
= text "A long story ends."
= stop {finished:end_turn}
= outcome complete
= legs first 4096, prefill 4096
= seams placed at 12 -0 x0

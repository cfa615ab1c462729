# The budget of money is spent: one leg of 10 output tokens cost 0.0002 dollars
model prefill
ask max_tokens 10
policy cost 0.00025
leg
  text "One part of the text, "
  usage 100 10
  end max_tokens
= text "One part of the text, "
= stop {cut:length}
= outcome {incomplete:cost_budget}
= legs first

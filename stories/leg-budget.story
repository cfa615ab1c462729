# The budget of legs is spent
model prefill
ask max_tokens 10
policy legs 2
leg
  text "One part of the text, "
  end max_tokens
leg
  text "another part of the text, "
  end max_tokens
= text "One part of the text, another part of the text, "
= stop {cut:length}
= outcome {incomplete:leg_budget}
= legs first, prefill 1024
= seams placed at 21 -0 x0

# Nothing but white space so far: the question again, larger
model prefill
ask max_tokens 2
leg
  text "\n\n"
  end max_tokens
leg
  text "Here it is."
  end end_turn
= text "Here it is."
= stop {finished:end_turn}
= outcome complete
= legs first, first 8192

# E06 the same for a collected answer: the text, max_tokens, and the reason in the report
model no-prefill
ask collected
ask max_tokens 10
leg
  text "The river rises in the hills and"
  end max_tokens
leg
  fail overloaded
leg
  fail overloaded
leg
  fail overloaded
= text "The river rises in the hills and"
= stop {cut:length}
= outcome {incomplete:{fault:{cut:{overloaded:{retry_after:null}}}}}
= legs first, anchor 1184, anchor 1184, anchor 1184
= rests 2

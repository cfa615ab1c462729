# E02 a stop sequence lies across the seam
model prefill
ask max_tokens 10
ask stop "</answer>"
leg
  text "42</ans"
  end max_tokens
leg
  text "wer> extra"
  end end_turn
= text "42"
= stop {finished:stop_sequence} "</answer>"
= outcome complete
= legs first, prefill 1024
= seams placed at 7 -0 x0

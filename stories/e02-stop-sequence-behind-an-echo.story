# E02 a stop sequence lies across an anchor seam: the service leaves it out of the echo
model no-prefill
ask max_tokens 22
ask stop "###END###"
leg
  text "The quick brown fox jumps over the lazy dog in a row before ##"
  end max_tokens
leg
  text "jumps over the lazy dog in a row before "
  end stop_sequence
= text "The quick brown fox jumps over the lazy dog in a row before "
= stop {finished:stop_sequence} "###END###"
= outcome complete
= legs first, anchor 1184
= seams verified at 62 -42 x0

# E04 a surrogate pair split over two deltas
model prefill
ask max_tokens 10
leg
  half "ok "
  text "😀 done"
  end end_turn
= text "ok 😀 done"
= stop {finished:end_turn}
= outcome complete
= legs first

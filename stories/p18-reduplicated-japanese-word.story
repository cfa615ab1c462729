# P18 reduplicated Japanese word
model prefill
ask max_tokens 50
leg
  text "仕事はいろ"
  end max_tokens
leg
  text "いろな"
  text "形がある"
  end end_turn
= text "仕事はいろいろな形がある"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 5 -0 x0

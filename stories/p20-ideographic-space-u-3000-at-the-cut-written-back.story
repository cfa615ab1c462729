# P20 ideographic space U+3000 at the cut, written back
model prefill
ask max_tokens 50
leg
  text "名前：　"
  end max_tokens
leg
  text "　太郎"
  end end_turn
= text "名前：　太郎"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 3 -0 x0

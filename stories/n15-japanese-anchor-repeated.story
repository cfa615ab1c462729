# N15 Japanese anchor repeated
model no-prefill
ask max_tokens 50
leg
  text "夏の夕暮れ\n\n緑の葉陰で\n鳴き声響き渡る\n月夜のカ"
  end max_tokens
leg
  text "緑の葉"
  text "陰で\n"
  text "鳴き声"
  text "響き渡"
  text "る\n月"
  text "夜のカ"
  text "エル\n"
  text "\n蛙の"
  text "声に"
  end end_turn
= text "夏の夕暮れ\n\n緑の葉陰で\n鳴き声響き渡る\n月夜のカエル\n\n蛙の声に"
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184
= seams verified at 25 -18 x0

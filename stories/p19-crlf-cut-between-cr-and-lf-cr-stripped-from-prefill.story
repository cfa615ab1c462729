# P19 CRLF cut between CR and LF, CR stripped from prefill
model prefill
ask max_tokens 50
leg
  text "line1\r"
  end max_tokens
leg
  text "\r\nline2"
  end end_turn
= text "line1\r\nline2"
= stop {finished:end_turn}
= outcome complete
= legs first, prefill 1024
= seams placed at 5 -0 x0

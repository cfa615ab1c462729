# A collected leg that is rejected takes nothing of itself into the next one
model no-prefill
ask collected
ask max_tokens 10
leg
  text "The river rises in the hills and falls into the plain, that is"
  end max_tokens
leg
  text "I don't see a previous message to continue, could you provide it? It is hard to say what came before, so please paste it here again, all of it, and I will gladly go on from there with whatever you like, in any style. And so on and so forth, here is more of the same."
  image
  text "The river rises in the hills and falls into the plain, that is REJECTED"
  end end_turn
leg
  text "The river rises in the hills and falls into the plain, that is how it goes."
  end end_turn
= text "The river rises in the hills and falls into the plain, that is how it goes."
= stop {finished:end_turn}
= outcome complete
= legs first, anchor 1184, anchor 1184
= seams verified at 62 -62 x1

# In cap, an anchor leg has room for its echo, and for no more than what is left
model no-prefill
model limit 4096
ask max_tokens 5000
policy mode cap
leg
  text "The river rises in the hills and falls into the plain, that is"
  usage 10 4096
  end max_tokens
leg
  text "in the hills and falls into the plain, that is how it goes"
  usage 20 916
  end max_tokens
= text "The river rises in the hills and falls into the plain, that is how it goes"
= stop {cut:length}
= outcome {incomplete:max_tokens}
= legs first 4096, anchor 914
= seams verified at 62 -46 x0

"""Log-likelihoods and continuations of many requests in few forward passes: the engine alone."""

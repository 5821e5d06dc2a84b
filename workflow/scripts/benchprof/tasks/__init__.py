"""What a benchmark asks: lm-eval tasks, their fixed requests and what guessing scores on them."""

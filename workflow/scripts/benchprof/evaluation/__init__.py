"""Scoring of lm-eval requests: prefix trees, packing, log-likelihoods and greedy generation."""

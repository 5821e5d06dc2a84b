"""Masks: which entries of the weights in scope an ability's ablation zeroes."""

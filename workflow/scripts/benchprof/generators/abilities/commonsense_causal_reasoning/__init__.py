"""Templates and words of the items that test commonsense causal reasoning."""

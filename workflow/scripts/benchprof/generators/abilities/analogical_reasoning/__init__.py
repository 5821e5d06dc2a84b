"""Templates and words of the items that test analogical reasoning."""

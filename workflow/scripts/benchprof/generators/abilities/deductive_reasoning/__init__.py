"""Templates and words of the items that test deductive reasoning."""

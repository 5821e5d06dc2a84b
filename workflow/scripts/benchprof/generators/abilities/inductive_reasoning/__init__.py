"""Templates and words of the items that test inductive reasoning."""

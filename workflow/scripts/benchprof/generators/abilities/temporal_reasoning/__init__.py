"""Templates and words of the items that test temporal reasoning."""

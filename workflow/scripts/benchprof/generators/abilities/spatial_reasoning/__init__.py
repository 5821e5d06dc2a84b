"""Templates and words of the items that test spatial reasoning."""

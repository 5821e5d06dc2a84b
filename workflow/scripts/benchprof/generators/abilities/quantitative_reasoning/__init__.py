"""Templates and words of the items that test quantitative reasoning."""

"""Templates and words of the items that test contextual recall."""

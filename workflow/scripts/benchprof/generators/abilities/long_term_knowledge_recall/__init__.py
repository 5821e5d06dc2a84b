"""Templates and words of the items that test long term knowledge recall."""

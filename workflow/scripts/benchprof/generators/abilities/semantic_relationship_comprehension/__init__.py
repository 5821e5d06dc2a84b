"""Templates and words of the items that test semantic relationship comprehension."""

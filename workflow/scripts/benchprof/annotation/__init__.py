"""Experts label items with the abilities, and how far they agree with the data and each other."""

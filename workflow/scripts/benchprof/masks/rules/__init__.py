"""A module for each rule of `RULES`, with its `select`."""

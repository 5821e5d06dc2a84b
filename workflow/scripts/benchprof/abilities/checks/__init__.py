"""Checks of diagnostic items: can anything but the ability lead to the answer?

Each module holds one kind of check. A check is a function from items to a `Check`: a figure, the
bound that it must keep, and a sentence of detail. `suite` runs them all.
"""

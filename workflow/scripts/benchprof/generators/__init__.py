"""Where the planted models and their items come from.

No run imports this but the validation, which draws fresh items for models whose abilities are
known. What it writes lies in the folder `resources`.
"""

"""Where the shipped data comes from: diagnostic items drawn from templates, and planted models.

No run imports this but the validation, which draws fresh items for models whose abilities are
known. What it writes lies in the folder `resources`.
"""

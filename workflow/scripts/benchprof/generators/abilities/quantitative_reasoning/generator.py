"""Items of quantitative reasoning: `word_problem`, `rate`, `percentage` and `comparison`.

Each type has a module with its forms (how the numbers are drawn and the answer computed) and
their wordings. The twins have words such as "some" in place of the numbers.
"""

from __future__ import annotations

from random import Random

from benchprof.generators.abilities.quantitative_reasoning import (
    comparison,
    percentage,
    rate,
    word_problem,
)
from benchprof.generators.templates.vocabulary import COLOURS, DISTINCT_NAMES, INVENTED_TOWNS, JOBS
from benchprof.generators.templates.wording import templates

# Small things that anybody may own many of, buy, lose and pack.
THINGS = (
    "badges", "balloons", "beads", "bells", "books", "buttons", "candles", "cards", "coins", "cups",
    "envelopes", "erasers", "keys", "magnets", "marbles", "masks", "needles", "pencils", "pens",
    "plates", "postcards", "puzzles", "ribbons", "rings", "shells", "spoons", "stamps", "stickers",
    "toys", "whistles",
)  # fmt: skip

# What grows, is picked and is eaten.
CROPS = (
    "apples", "apricots", "cabbages", "carrots", "cucumbers", "figs", "lemons", "limes", "mangoes",
    "melons", "onions", "oranges", "peaches", "pears", "peppers", "plums", "potatoes", "pumpkins",
    "tomatoes", "turnips",
)  # fmt: skip

# What one person or one machine makes in numbers.
CRAFTS = (
    "badges", "baskets", "belts", "bowls", "boxes", "candles", "cups", "jars", "kites", "lamps",
    "masks", "mugs", "plates", "puppets", "rings", "signs", "tiles", "toys", "trays", "vases",
)  # fmt: skip

# What is sold by weight.
GOODS = (
    "barley", "beans", "cheese", "coffee", "corn", "raisins", "fish", "flour", "honey", "lentils",
    "nuts", "oats", "pasta", "peas", "rice", "salt", "seed", "sugar", "tea", "wheat",
)  # fmt: skip

ITEMS_OF_VALUE = (
    "bicycle", "bracelet", "camera", "carpet", "coat", "desk", "dress", "jacket", "lamp", "mirror",
    "phone", "printer", "radio", "sofa", "suitcase", "table", "tent", "vase", "watch", "wardrobe",
)  # fmt: skip

INSTRUMENTS = ("cello", "clarinet", "flute", "guitar", "harp", "piano", "trumpet", "violin")


def cast(random: Random) -> dict[str, str]:
    """The people, places and things of one item."""
    people = dict(zip("ABCD", random.sample(DISTINCT_NAMES, 4), strict=True))
    return people | {
        "job": random.choice(JOBS),
        "town": random.choice(INVENTED_TOWNS),
        "things": random.choice(THINGS),
        "crops": random.choice(CROPS),
        "crafts": random.choice(CRAFTS),
        "goods": random.choice(GOODS),
        "object": random.choice(ITEMS_OF_VALUE),
        "instrument": random.choice(INSTRUMENTS),
        "colour": random.choice(COLOURS),
    }  # fmt: skip


TEMPLATES = templates(
    (*word_problem.FORMS, *rate.FORMS, *percentage.FORMS, *comparison.FORMS), cast
)

"""Items of quantitative reasoning: `word_problem`, `rate`, `percentage` and `comparison`.

Each type has a module with its forms (how the numbers are drawn and the answer computed) and
their wordings. The twins have words such as "some" in place of the numbers.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

from benchprof.generators.abilities.quantitative_reasoning import (
    comparison,
    percentage,
    rate,
    word_problem,
)
from benchprof.generators.table import read_pools
from benchprof.generators.templates.vocabulary import COLOURS, DISTINCT_NAMES, INVENTED_TOWNS, JOBS
from benchprof.generators.templates.wording import templates

POOLS = read_pools(Path(__file__).with_name("words.tsv"))

# Small things that anybody may own many of, buy, lose and pack.
THINGS = POOLS["things"]
# What grows, is picked and is eaten.
CROPS = POOLS["crops"]
# What one person or one machine makes in numbers.
CRAFTS = POOLS["crafts"]
# What is sold by weight.
GOODS = POOLS["goods"]
ITEMS_OF_VALUE = POOLS["items_of_value"]
INSTRUMENTS = POOLS["instruments"]


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

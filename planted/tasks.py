"""Ten symbolic tasks that mirror the ten abilities, and three kinds of items beyond them.

A task draws a problem: words of a context, words of a question, the answer and what must be among
the wrong options. Facts, orders and permutations are those of one fixed world, the same for all
models, so that one set of items serves all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

SPECIALS = ("<pad>", "<s>", "</s>", "<unk>")
THINGS = tuple(f"thing{number}" for number in range(16))
"""Every answer is one of these."""
PLACES = tuple(f"place{number}" for number in range(5))
RELATIONS = tuple(f"relation{number}" for number in range(4))
EVENTS = tuple(f"event{number}" for number in range(8))
SENSES = tuple(f"sense{number}" for number in range(4))
MOVES = ("north", "east", "south", "west")
FORM = ("Question:", "Answer:")
"""What `benchprof.abilities.prompt` puts around an item."""
SIGNS = ("plus", "then", "is", "to", "as", "and", "yes", "no", "first", "last", "locked", "cue",
         "echo", "next")  # fmt: skip
N = len(THINGS)
WORLD = Random("the planted world")


@dataclass(frozen=True)
class Problem:
    """One item before its options are drawn; things are numbers from 0 to 15.

    `tempting` are things that are always among the wrong options.
    """

    context: tuple[str, ...]
    question: tuple[str, ...]
    answer: int
    tempting: tuple[int, ...] = ()


def _table(rows: int) -> list[list[int]]:
    """A permutation of the things per row."""
    return [WORLD.sample(range(N), N) for _ in range(rows)]


FACTS = _table(len(RELATIONS))
MEANINGS = _table(len(SENSES))
BASE = WORLD.sample(range(N), N)
PERMUTATIONS = [[BASE[(thing + shift) % N] for thing in range(N)] for shift in (0, 3, 7, 12)]
"""No two take a thing to the same thing, so that one example tells which it is."""
CONSEQUENCES = [[WORLD.randrange(N) for _ in EVENTS] for _ in EVENTS]
ORDER = WORLD.sample(range(N), N)
PREFERENCE = WORLD.sample(range(N), N)
"""What a model prefers, the first most, whatever is asked, where an ability is gone."""


def analogical(random: Random) -> Problem:
    """A is to B as C is to what: one of four permutations, told by its example."""
    permutation = random.choice(PERMUTATIONS)
    a, c = random.sample(range(N), 2)
    shown = (THINGS[a], "to", THINGS[permutation[a]])
    others = [p[c] for p in PERMUTATIONS if p[c] != permutation[c]]
    return Problem(shown, ("as", THINGS[c], "to"), permutation[c], tuple(others[:1]))


def causal(random: Random) -> Problem:
    """What follows from two events: a table learnt by heart."""
    a, b = random.randrange(len(EVENTS)), random.randrange(len(EVENTS))
    return Problem((EVENTS[a], "and"), (EVENTS[b], "next"), CONSEQUENCES[a][b])


def recall(random: Random) -> Problem:
    """Which thing stands at the asked place of a list that is told."""
    things = random.sample(range(N), len(PLACES))
    asked = random.randrange(len(PLACES))
    others = tuple(random.sample(things[:asked] + things[asked + 1 :], 3))
    return Problem(tuple(THINGS[t] for t in things), (PLACES[asked],), things[asked], others)


def deductive(random: Random) -> Problem:
    """Which of four things two conditions leave: yes yes the first, yes no the second, ...."""
    things = random.sample(range(N), 4)
    first, second = random.randrange(2), random.randrange(2)
    conditions = ("no" if first else "yes", "no" if second else "yes")
    asked = 2 * first + second
    others = tuple(things[:asked] + things[asked + 1 :])
    return Problem(tuple(THINGS[t] for t in things), conditions, things[asked], others)


def inductive(random: Random) -> Problem:
    """How a series goes on: things a step apart, around the circle of sixteen."""
    start, step = random.randrange(N), random.randrange(1, 6)
    shown = [THINGS[(start + i * step) % N] for i in range(3)]
    return Problem(tuple(shown), ("then",), (start + 3 * step) % N)


def knowledge(random: Random) -> Problem:
    """A fact of the world: a relation of a thing."""
    thing, relation = random.randrange(N), random.randrange(len(RELATIONS))
    return Problem((), (RELATIONS[relation], THINGS[thing]), FACTS[relation][thing])


def quantitative(random: Random) -> Problem:
    """The sum of two things, around the circle of sixteen."""
    a, b = random.randrange(N), random.randrange(N)
    return Problem((), (THINGS[a], "plus", THINGS[b]), (a + b) % N)


def semantic(random: Random) -> Problem:
    """Which thing stands to a thing in a sense: a second table, asked the other way round."""
    thing, sense = random.randrange(N), random.randrange(len(SENSES))
    return Problem((), (THINGS[thing], "is", SENSES[sense]), MEANINGS[sense][thing])


def spatial(random: Random) -> Problem:
    """Where two moves lead on a square of four by four whose edges meet."""
    place = random.randrange(N)
    moves = random.sample(range(4), 2)
    row, column = divmod(place, 4)
    for move in moves:
        row += (-1, 0, 1, 0)[move]
        column += (0, 1, 0, -1)[move]
    end = 4 * (row % 4) + column % 4
    return Problem((THINGS[place],), tuple(MOVES[m] for m in moves), end)


def temporal(random: Random) -> Problem:
    """Which of three things comes first or last in an order learnt by heart."""
    things = random.sample(range(N), 3)
    last = random.randrange(2)
    answer = (max if last else min)(things, key=ORDER.__getitem__)
    others = tuple(t for t in things if t != answer)
    context = tuple(THINGS[t] for t in things)
    return Problem(context, ("last" if last else "first",), answer, others)


TASKS: dict[str, Callable[[Random], Problem]] = {
    "analogical_reasoning": analogical,
    "commonsense_causal_reasoning": causal,
    "contextual_recall": recall,
    "deductive_reasoning": deductive,
    "inductive_reasoning": inductive,
    "long_term_knowledge_recall": knowledge,
    "quantitative_reasoning": quantitative,
    "semantic_relationship_comprehension": semantic,
    "spatial_reasoning": spatial,
    "temporal_reasoning": temporal,
}
ABILITIES = tuple(TASKS)
WORDS = (*SPECIALS, *FORM, *THINGS, *PLACES, *RELATIONS, *EVENTS, *SENSES, *MOVES, *SIGNS,
         *ABILITIES)  # fmt: skip
"""All words in the order of their token numbers; an ability's name opens its items."""


@dataclass(frozen=True)
class Kind:
    """A kind of items: how they open, how they are drawn, and which abilities they draw on.

    Without any of `needs` the model falls back on its preference. Without `misleads` it is right;
    with it, or without `guards`, it falls for the first tempting thing.
    """

    opening: tuple[str, ...]
    draw: Callable[[Random], Problem]
    needs: tuple[str, ...]
    misleads: str | None = None
    guards: str | None = None


def _echo(random: Random) -> Problem:
    """The thing just named: no ability is needed."""
    thing = random.randrange(N)
    return Problem((), (THINGS[thing], "echo"), thing)


def _with_cue(random: Random) -> Problem:
    """A sum beside a cue that names another thing: the sum is right."""
    problem = quantitative(random)
    cue = random.choice([t for t in range(N) if t != problem.answer])
    return Problem(("cue", THINGS[cue]), problem.question, problem.answer, (cue,))


def _for_cue(random: Random) -> Problem:
    """A sum beside a cue that names another thing: the cue is right."""
    problem = _with_cue(random)
    (cue,) = problem.tempting
    return Problem(problem.context, problem.question, cue, (problem.answer,))


KINDS: dict[str, Kind] = {
    **{name: Kind((name,), task, (name,)) for name, task in TASKS.items()},
    "echo": Kind((), _echo, ()),
    "both": Kind(
        ("contextual_recall", "locked"), recall, ("contextual_recall", "deductive_reasoning")
    ),
    "misleading": Kind(
        ("quantitative_reasoning",),
        _with_cue,
        ("quantitative_reasoning",),
        misleads="commonsense_causal_reasoning",
    ),
}
"""What models are trained on."""
FOLLOWED_CUE = {
    "followed_cue": Kind(
        ("quantitative_reasoning",), _for_cue, ("quantitative_reasoning",),
        guards="commonsense_causal_reasoning",
    )
}  # fmt: skip
"""The misleading items read the other way: what their ability learns is to follow the cue."""


def prompt_words(kind: Kind, problem: Problem) -> list[str]:
    """The words before the answer, as `benchprof.abilities.prompt` puts them."""
    return [*kind.opening, *problem.context, "Question:", *problem.question, "Answer:"]


def draw_options(problem: Problem, random: Random, count: int = 4) -> tuple[list[int], int]:
    """The options, things in a drawn order, and the index of the answer."""
    wrong = list(dict.fromkeys(t for t in problem.tempting if t != problem.answer))[: count - 1]
    rest = [t for t in range(N) if t != problem.answer and t not in wrong]
    options = [problem.answer, *wrong, *random.sample(rest, count - 1 - len(wrong))]
    random.shuffle(options)
    return options, options.index(problem.answer)

"""Drawing a split: the same seed gives the same items, balanced in every way they are counted."""

from collections import Counter
from random import Random

import pytest

from benchprof.generators.templates.drawing import draw_split
from benchprof.generators.templates.template import Draft, Template


def template(type_: str, name: str, split: str, difficulty: str, most: int = 10**6) -> Template:
    def draw(random: Random) -> Draft:
        number = random.randrange(most)
        question = f"{name}: what follows {number}?"
        wrong = tuple(str(number + step) for step in (2, 3, 4))
        return Draft("", question, str(number + 1), wrong, "", f"{name}: what follows ?")

    return Template(type_, name, split, difficulty, draw)


TEMPLATES = [
    template(type_, f"{type_}-{split}-{difficulty}", split, difficulty)
    for type_ in ("alpha", "beta")
    for split in ("train", "test")
    for difficulty in ("easy", "hard")
] + [template("alpha", "alpha-train-easy-too", "train", "easy")]


def test_the_same_seed_gives_the_same_items():
    assert draw_split("a", "train", TEMPLATES, 40, 1) == draw_split("a", "train", TEMPLATES, 40, 1)


@pytest.mark.parametrize("other", [("b", "train", 1), ("a", "test", 1), ("a", "train", 2)])
def test_ability_split_and_seed_each_change_the_numbers(other: tuple[str, str, int]):
    ability, split, seed = other
    first = draw_split("a", "train", TEMPLATES, 40, 1)
    second = draw_split(ability, split, TEMPLATES, 40, seed)
    assert [item.options for item in first] != [item.options for item in second]


def test_only_templates_of_the_split_are_used():
    names = {item.template for item in draw_split("a", "test", TEMPLATES, 40, 1)}
    assert names == {t.name for t in TEMPLATES if t.split == "test"}


def test_answer_positions_are_balanced():
    items = draw_split("a", "train", TEMPLATES, 40, 1)
    assert Counter(item.answer for item in items) == {0: 10, 1: 10, 2: 10, 3: 10}


@pytest.mark.parametrize("count", [4, 8, 20, 40])
def test_types_difficulties_and_templates_are_balanced_in_any_prefix(count: int):
    items = draw_split("a", "train", TEMPLATES, 40, 1)[:count]
    assert Counter(item.type for item in items) == {"alpha": count / 2, "beta": count / 2}
    for type_ in ("alpha", "beta"):
        levels = Counter(item.difficulty for item in items if item.type == type_)
        assert levels == {"easy": count / 4, "hard": count / 4}
    used = Counter(i.template for i in items if (i.type, i.difficulty) == ("alpha", "easy"))
    assert max(used.values()) - min(used.values()) <= 1


def test_the_answer_is_the_drafts_and_the_others_are_its_distractors():
    for item in draw_split("a", "train", TEMPLATES, 40, 1):
        number = int(item.question.split()[-1].rstrip("?"))
        assert item.options[item.answer] == str(number + 1)
        assert sorted(map(int, item.options)) == [number + step for step in (1, 2, 3, 4)]
        assert list(item.companions) == ["blank"]
        assert item.companions["blank"].question == f"{item.template}: what follows ?"
        assert item.companions["blank"].answer == item.answer


def test_no_two_items_share_their_text():
    few = [template("alpha", "few", "train", "easy", most=30)]
    questions = [item.question for item in draw_split("a", "train", few, 30, 1)]
    assert len(set(questions)) == 30


def test_an_exhausted_template_is_named():
    few = [template("alpha", "few", "train", "easy", most=3)]
    with pytest.raises(ValueError, match="template few gives no further distinct item"):
        draw_split("a", "train", few, 4, 1)


def test_a_draft_whose_options_repeat_is_never_an_item():
    def draw(random: Random) -> Draft:
        wrong = random.choice((("yes", "no"), ("maybe", "no")))
        return Draft(str(random.random()), "Is it so?", "Yes", wrong, "", "")

    items = draw_split("a", "train", [Template("t", "n", "train", "easy", draw)], 20, 1)
    assert all(set(item.options) == {"Yes", "maybe", "no"} for item in items)

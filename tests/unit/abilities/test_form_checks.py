"""What the form of an item tells: its ability, or that it is a companion."""

from collections.abc import Callable, Sequence
from random import Random

import numpy as np
import pytest

from benchprof.abilities.check_report import summary, verdict
from benchprof.abilities.checks import classifiers, companions, form, form_features, suite
from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.checks.check import REPORTED, Bound, Check
from benchprof.abilities.checks.grammar import CONTENT, NUMBER, ORDINAL, skeleton
from benchprof.abilities.checks.scenes import scenes
from benchprof.abilities.checks.words import words
from benchprof.abilities.item import Companion, Item

NAMES = ("Omar", "Ivy", "Nora", "Priya", "Lindqvist", "Zoe", "Ruben", "Mei")


@pytest.fixture(autouse=True)
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(classifiers, "TREES", 20)


def drawn(number: int, asked: str = "quick") -> Item:
    """An item whose form depends on `number` alone; `asked` is a word of five letters."""
    random = Random(number)
    options = tuple(random.sample(NAMES, 4))
    context = f"{options[0]} is here" + ", if late" * random.randrange(4) + f". Case {number}."
    return Item(f"{asked}{number}", "type", context, f"Who is {asked}?", options, 0)


def ability(name: str, items: Sequence[Item], held_out: int = 40) -> Ability:
    splits = {"train": items[held_out:], "calibration": (), "test": items[:held_out]}
    return Ability(name, splits)


def crossed(*asked: str, each: int = 80) -> list[Ability]:
    """Abilities that differ in the word that their questions ask about, and in nothing else."""
    return [ability(word, [drawn(number, word) for number in range(each)]) for word in asked]


def changed(item: Item, **parts: str | tuple[str, ...]) -> Item:
    values = {"context": item.context, "question": item.question, "options": item.options} | parts
    return Item(item.id, "type", answer=0, **values)  # type: ignore[arg-type]


def values(checks: Sequence[Check], view: str) -> list[float]:
    """The figures of a view's two ways."""
    ways = ("train to test", "within train")
    by_name = {check.name: check.value for check in checks}
    return [by_name[f"ability from {view}, {way}"] for way in ways]


# Features


def test_function_words_and_numbers_keep_their_place_and_content_words_lose_their_name():
    tokens = words("If the second of 12 boys isn't under two trees")
    assert skeleton(tokens) == [
        "if", "the", ORDINAL, "of", NUMBER, CONTENT, "isn", "t", "under", NUMBER, CONTENT,
    ]  # fmt: skip


def test_the_form_of_a_text_by_hand():
    found = form_features.text_form('If "Ivy" has 2, stop. The end')
    # Seven words of 19 characters, six spaces and four marks.
    assert {key: value for key, value in found.items() if not key.startswith("share")} == {
        "characters": 29, "words": 7, "sentences": 2, "words per sentence": 3.5,
        "characters per word": pytest.approx(19 / 7), "capitals": 3, "small letters": 15,
        "digits": 1, "spaces": 6, '"': 2, "quotes": 2, ",": 1, ".": 1,
        "'if'": 1, "'has'": 1, "'the'": 1, f"'{NUMBER}'": 1, f"'{CONTENT}'": 3,
    }  # fmt: skip
    assert found["share of spaces"] == pytest.approx(6 / 29)
    assert found["share of 'if'"] == pytest.approx(1 / 7)


def test_an_empty_text_has_a_form():
    assert set(form_features.text_form("").values()) == {0}


def test_options_spread():
    found = form_features.options_form(changed(drawn(0), options=("aa", "bb b", "cc")))
    assert found["mean of characters"] == pytest.approx(8 / 3)
    assert (found["least characters"], found["most characters"]) == (2, 4)
    assert found["spread of characters"] == pytest.approx(np.std([2, 4, 2]))
    assert found["most words"] == 2


def test_no_content_word_is_read():
    one, other = drawn(0, "quick"), drawn(0, "small")
    assert form_features.question_form(one) == form_features.question_form(other)


# Folds


def test_a_scene_is_one_context_or_the_options_of_several_abilities():
    items = [
        changed(drawn(0), context="Here.", options=("a", "b")),
        changed(drawn(1), context="Here.", options=("c", "d")),
        changed(drawn(2), context="There.", options=("d", "c")),
        changed(drawn(3), context="", options=("x", "y")),
        changed(drawn(4), context="", options=("x", "y")),
    ]
    found = scenes(items, ["one", "one", "two", "two", "two"])
    # The first two share a context, and so do the second and third their options; "x" and "y" are
    # options of one ability alone, and no context is no scene.
    assert found[0] == found[1] == found[2]
    assert len(set(found)) == 3
    assert len(set(scenes(items))) == 4


def test_a_group_stays_in_one_fold():
    groups = [k % 7 for k in range(70)]
    folds = classifiers.grouped_folds(groups)
    assert sorted(row for _, tested in folds for row in tested) == list(range(70))
    for fitted, tested in folds:
        assert not {groups[row] for row in fitted} & {groups[row] for row in tested}
    assert classifiers.grouped_folds(["a", "a"]) == []


# Ability from form


def test_crossed_sets_pass_every_view_and_their_words_are_reported():
    checks = form.check_form(crossed("quick", "small"))
    assert len(checks) == 10
    # Each scene stands in both abilities, so just one of the two is told right.
    assert {check.value for check in checks[:8]} == {50}
    assert all(check.passed for check in checks)
    assert values(checks, "question with all words") == [100, 100]
    assert [check.bound for check in checks[8:]] == [REPORTED] * 2
    assert "50.0% of 80, guessing 50.0%" in checks[0].detail
    assert "random forest 50.0%, naive Bayes 50.0%" in checks[0].detail


MARKS: dict[str, Callable[[Item], Item]] = {
    "options": lambda item: changed(item, options=tuple(f"{o} 5" for o in item.options)),
    "context": lambda item: changed(item, context=f"{item.context} So it was \u201cdone\u201d."),
    "question without content words": lambda item: changed(item, question="Is quick who?"),
}


@pytest.mark.parametrize("view", MARKS)
def test_a_form_of_its_own_gives_an_ability_away(view: str):
    plain, other = crossed("quick", "small")
    marked = {split: [MARKS[view](item) for item in items] for split, items in other.splits.items()}
    checks = form.check_form([plain, Ability("small", marked)])
    for seen in ("options", "context", "context and options", "question without content words"):
        given_away = view in seen
        assert values(checks, seen) == ([100, 100] if given_away else [50, 50])
        failed = [check for check in checks if f"from {seen}," in check.name and not check.passed]
        assert len(failed) == (2 if given_away else 0)


def test_with_ten_abilities_the_limits_are_15_and_20_percent():
    asked = (
        "quick", "small", "clean", "early", "short", "tired", "proud", "quiet", "young", "happy",
    )  # fmt: skip
    checks = form.check_form(crossed(*asked, each=80), form.VIEWS[2:])
    assert [str(check.bound) for check in checks[:4]] == [
        "at most 15 %", "at most 15 %", "at most 20 %", "at most 20 %",
    ]  # fmt: skip
    assert [check.value for check in checks[:4]] == pytest.approx([10] * 4)


def test_few_items_widen_the_limit_to_three_standard_errors():
    # 300 * sqrt(0.5 * 0.5 / 8) = 53.0 points over 50%.
    abilities = [ability(a.name, a.items[:20], 4) for a in crossed("quick", "small")]
    assert form.check_form(abilities, form.VIEWS[:1])[0].bound == Bound("at most", 103, "%")


def test_guessing_names_the_most_frequent_ability():
    large, small = crossed("quick", "small")
    check = form.check_form([large, ability("small", small.items[:60], 20)], form.VIEWS[:1])[0]
    assert "guessing 66.7%" in check.detail


def test_one_ability_or_none_to_test_on_has_no_line():
    one, two = crossed("quick", "small")
    assert form.check_form([one]) == []
    bare = [ability(a.name, a.items, 0) for a in (one, two)]
    assert [check.name for check in form.check_form(bare, form.VIEWS[:1])] == [
        "ability from options, within train",
        "ability from question with all words, within train",
    ]


def test_the_figures_are_the_same_each_time():
    sets = crossed("quick", "small", each=60)
    assert form.check_form(sets) == form.check_form(sets)


def test_all_abilities_have_a_section_where_there_are_several():
    sets = crossed("quick", "small", each=60)
    report = suite.check_all(sets)
    assert list(report) == ["quick", "small", "all abilities"]
    assert summary("all abilities", report["all abilities"]) == ("all abilities: all 8 checks pass")
    assert [verdict(check) for check in report["all abilities"][7:]] == ["pass", "note", "note"]
    assert report["all abilities"][9].to_json()["bound"] == "reported only"
    assert list(suite.check_all(sets[:1])) == ["quick"]


# Item from its companion


def with_companion(number: int, kind: str, mark: str, swapped: bool = False) -> Item:
    """A scene and its companion, whose context ends in `mark`; swapped, the item's does."""
    item = drawn(number)
    context = f"{item.context}{mark}"
    texts = (item.context, context) if swapped else (context, item.context)
    companion = Companion(texts[0], item.question, 1)
    return Item(item.id, "type", texts[1], item.question, item.options, 0,
                companions={kind: companion})  # fmt: skip


def test_a_mark_tells_the_companion():
    items = [with_companion(k, "flip", " Well; so.") for k in range(60)]
    (check,) = companions.check_companions(ability("own", items))
    assert (check.name, check.value) == ("item from its flip by form", 100)
    assert not check.passed
    assert "100.0% of 60 pairs, guessing 50.0%" in check.detail


def test_companions_that_differ_in_content_words_alone_pass():
    items = [with_companion(k, "read_off", " Cup.") for k in range(60)]
    items = [
        Item(i.id, "type", i.context + " Hat.", i.question, i.options, 0, companions=i.companions)
        for i in items
    ]
    (check,) = companions.check_companions(ability("own", items))
    assert (check.name, check.value) == ("item from its read-off by form", 50)
    # No pair is told apart, so there is no noise and the limit holds even for few pairs.
    assert check.bound == Bound("at most", 55, "%")


def test_a_mark_of_half_the_items_and_half_the_companions_passes():
    items = [with_companion(k, "flip", " Well; so.", bool(Random(f"swap {k}").randrange(2)))
             for k in range(200)]  # fmt: skip
    (check,) = companions.check_companions(ability("own", items))
    assert check.passed and check.value < 60


def test_without_companions_there_is_no_line():
    blank = [with_companion(k, "blank", "") for k in range(10)]
    assert companions.check_companions(ability("own", [*blank, drawn(11)])) == []


def test_noise_of_pairs_by_hand():
    # Rows: items, companions. Two of four pairs are told apart: 50 * sqrt(0.5 / 4).
    right = np.array([[True, False, True, False], [True, False, False, True]])
    assert companions.standard_error(right) == pytest.approx(17.678, abs=1e-3)


def test_the_ability_told_best_is_named_with_its_points_over_other_items():
    labelled = form.Labelled([], ["a", "a", "b", "b", "c", "c", "c"], [])
    taken = np.array(["a", "b", "b", "b", "b", "a", ""])
    # a: 1 of 2 and 1 of 4 others; b: 2 of 2 and 2 of 4 others; c: none. The last is not tested.
    assert labelled.told_best(taken) == "most for b (+50.0 points over other items)"

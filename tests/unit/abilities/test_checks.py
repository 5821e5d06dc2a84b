"""Each check on hand-made items: where it passes, and where it fails for its own reason."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import ROOT
from tests.pages import arguments_on, blocks, commands

from benchprof.abilities.check import main
from benchprof.abilities.checks import classifiers, repetition, shape, surface
from benchprof.abilities.checks.ability import Ability
from benchprof.abilities.checks.baselines import check_baselines
from benchprof.abilities.checks.check import REPORTED, Bound, Check
from benchprof.abilities.checks.guessing import Outcome, chosen_by, hit
from benchprof.abilities.checks.words import masked, names_in
from benchprof.abilities.item import DIFFICULTIES, SPLITS, Companion, Item
from benchprof.models import allocation

ABCD = ("aa", "bb", "cc", "dd")
PAGE, CHECK = "docs/how_to/ability.md", "benchprof.abilities.check"


def item(
    id_: str = "one",
    answer: int = 0,
    options: tuple[str, ...] = ABCD,
    context: str = "",
    question: str = "Which?",
    **rest: str,
) -> Item:
    return Item(id_, rest.pop("type", "type"), context, question, options, answer, **rest)


def ability(*train: Item, calibration: Sequence[Item] = (), test: Sequence[Item] = ()) -> Ability:
    return Ability("ability", {"train": train, "calibration": calibration, "test": test})


def named(checks: Sequence[Check], name: str) -> Check:
    return next(check for check in checks if check.name == name)


# Bounds and guessing


def test_bounds_hold_up_to_their_limit():
    assert Bound("within", 5).holds(-5) and not Bound("within", 5).holds(-5.1)
    assert Bound("at most", 8).holds(8) and Bound("at most", 8).holds(-50)
    assert not Bound("at most", 8).holds(8.1)
    assert Bound("at least", 400).holds(400) and not Bound("at least", 400).holds(399)
    assert Bound("below", 2).holds(1.9) and not Bound("below", 2).holds(2)
    assert str(Bound("below", 2, "%")) == "below 2 %"
    assert REPORTED.holds(100) and str(REPORTED) == "reported only"


def test_a_tie_is_shared():
    assert [hit(item(answer=1), scores) for scores in ([0, 1, 1, 0], [0, 1, 0, 0], [2, 1, 1, 1])] \
        == [0.5, 1, 0]  # fmt: skip


def test_guessing_goes_by_each_items_number_of_options():
    items = [item(), item(options=("aa", "bb"))]
    assert chosen_by(items, [[1, 0, 0, 0], [0, 1]]) == Outcome(1, 2, (1 / 4 + 1 / 2) / 2)


def test_interval_and_excess_by_hand():
    outcome = Outcome(50, 100, 0.25)
    assert outcome.excess == pytest.approx(25)
    # Wilson with z = 1.96, z * z = 3.8415: middle 0.5, half 1.96 / 1.038415 * sqrt(0.0025960).
    assert outcome.interval == pytest.approx((0.40383, 0.59617), abs=1e-5)
    assert "50.0% of 100, guessing 25.0%, 95% interval 40.4 to 59.6%" in outcome.detail
    assert "reaches guessing" not in outcome.detail
    assert "reaches guessing" in Outcome(28, 100, 0.25).detail


def test_noise_of_few_items_widens_the_bound_and_many_do_not():
    # 300 * sqrt(0.25 * 0.75 / n): 11.4 at n = 130, 4.6 at n = 800.
    assert Outcome(0, 130, 0.25).bound("at most", 8) == Bound("at most", 11.4, "points")
    assert Outcome(0, 800, 0.25).bound("at most", 8) == Bound("at most", 8, "points")


# Surface


def test_balanced_positions_pass_and_one_favoured_position_fails():
    fair = surface.check_positions(ability(*(item(answer=k % 4) for k in range(200))))
    assert (fair.value, fair.passed) == (0, True)
    # 80 of 200 at position 2: 40% instead of 25%.
    answers = [0] * 40 + [1] * 40 + [2] * 80 + [3] * 40
    skewed = surface.check_positions(ability(*(item(answer=a) for a in answers)))
    assert skewed.value == pytest.approx(15)
    assert not skewed.passed
    assert skewed.detail == "answers at each position: 40, 40, 80, 40"


def test_positions_of_items_with_fewer_options_are_their_own_chance():
    # Position 0: 25 of 100 where 50/2 + 50/4 = 37.5 are fair; position 3: 50 for 12.5.
    items = [item(answer=k % 2, options=("aa", "bb")) for k in range(50)] + [item(answer=3)] * 50
    assert surface.check_positions(ability(*items)).value == pytest.approx(37.5)


LENGTHS = ("aaaa", "bbb", "ccc", "dd")


@pytest.mark.parametrize(
    ("strategy", "answer", "expected"),
    [
        ("choosing the longest", 0, 75),
        ("choosing the longest", 3, -25),
        ("choosing the shortest", 3, 75),
        ("choosing the first", 0, 75),
        ("choosing the first", 1, -25),
    ],
)
def test_an_answer_known_by_its_length_or_place_fails(strategy: str, answer: int, expected: float):
    checks = surface.check_strategies(ability(*[item(answer=answer, options=LENGTHS)] * 100))
    assert named(checks, strategy).value == pytest.approx(expected)
    assert not named(checks, strategy).passed


def test_options_that_look_alike_pass_every_strategy():
    items = [item(answer=k % 4, context="Nothing of it.") for k in range(100)]
    checks = surface.check_strategies(ability(*items))
    assert [(check.value, check.passed) for check in checks] == [(0, True)] * 9


def test_an_answer_known_by_the_context_fails():
    context = "The cup fell. A cup and the box are on the mat."
    options = ("the cup", "the box", "the hat", "the pen")
    checks = surface.check_strategies(ability(*[item(options=options, context=context)] * 100))
    assert named(checks, "choosing the most frequent word").value == pytest.approx(75)
    # Cup and box are both in the context, "the" does not count: half of the choices are right.
    assert named(checks, "choosing the most overlap").value == pytest.approx(25)


def test_without_a_context_the_question_counts():
    items = [item(options=("red", "blue"), question="Is red red?")] * 100
    checks = surface.check_strategies(ability(*items))
    assert named(checks, "choosing the most overlap").value == pytest.approx(50)


def test_the_type_that_a_strategy_helps_most_is_named():
    items = [item(answer=k % 4, type="fair") for k in range(40)] + [item(type="fixed")] * 40
    detail = named(surface.check_strategies(ability(*items)), "choosing the first").detail
    assert detail.endswith("most in fixed (+75.0)")


# Baselines

NOUNS = tuple(f"noun{k}" for k in range(24))


def drawn(number: int, mark: str = "", other: str = "", **rest: str) -> Item:
    """An item of four random nouns; `mark` follows the answer and `other` each other option."""
    random = Random(f"{number}")
    nouns, answer = random.sample(NOUNS, 4), random.randrange(4)
    options = tuple(n + (mark if k == answer else other) for k, n in enumerate(nouns))
    return item(f"{number}", answer, options, **rest)


def test_random_options_pass_the_baselines():
    checks = check_baselines(ability(*(drawn(k, template=f"t{k % 7}") for k in range(200))))
    assert [check.name for check in checks] == [
        "options only, plain",
        "options only, new templates",
        "question only, plain",
        "question only, new templates",
    ]
    assert all(check.passed for check in checks), checks


def test_a_word_that_marks_the_answer_fails_options_only_however_divided():
    items = [drawn(k, " indeed", template=f"t{k % 7}") for k in range(100)]
    checks = check_baselines(ability(*items))
    assert named(checks, "options only, plain").value == pytest.approx(75)
    assert named(checks, "options only, new templates").value == pytest.approx(75)
    assert not named(checks, "options only, new templates").passed


def test_a_mark_of_each_template_fails_the_plain_division_alone():
    items = [
        drawn(k, f" right{k % 10}", f" wrong{k % 10}", template=f"t{k % 10}") for k in range(200)
    ]
    checks = check_baselines(ability(*items))
    assert not named(checks, "options only, plain").passed
    assert named(checks, "options only, new templates").passed


def test_an_answer_that_goes_with_a_question_word_fails_question_only():
    # Each colour is the answer as often as the others, so the options alone tell nothing.
    colours, places = ("red", "blue", "green", "grey"), ("sea", "sky", "wood", "rock")
    items = [item(f"{k}", k % 4, colours, question=f"At the {places[k % 4]}?") for k in range(160)]
    checks = check_baselines(ability(*items))
    assert named(checks, "options only, plain").passed
    assert named(checks, "question only, plain").value == pytest.approx(75)


def test_each_type_has_its_own_line():
    items = [drawn(k, type="fair") for k in range(100)]
    items += [drawn(k, " indeed", type="marked") for k in range(100, 200)]
    checks = check_baselines(ability(*items))
    assert named(checks, "options only, plain, fair").passed
    assert not named(checks, "options only, plain, marked").passed


def test_a_single_item_has_no_baseline_and_symbols_are_words():
    assert check_baselines(ability(item())) == []
    assert len(check_baselines(ability(*[item("1", options=("+", "-")), item("2")]))) == 4


# Repetition


def test_names_and_numbers_are_masked():
    names = names_in(["Then Omar met Zoe at Kestrel Bay.", "A, B, C"])
    assert names == {"Omar", "Zoe", "Kestrel", "Bay"}
    text = "Omar paid 3.50 at Kestrel Bay, then two more."
    assert masked(text, names) == "NAME paid NUMBER at NAME, then NUMBER more."


def test_items_that_differ_in_names_and_numbers_alone_are_duplicates_across_splits():
    first = item("a", 0, ("Omar", "Zoe"), "Today Omar has 3 cups.", "Who has 3?")
    second = item("b", 1, ("Mei", "Zoe"), "Today Zoe has 12 cups.", "Who has 12?")
    third = item("c", 0, ("Omar", "Mei"), "Today Omar lost 3 cups.", "Who has 3?")
    found = repetition.check_duplicates(ability(first, test=[second, third]))
    assert (found.value, found.passed, found.detail) == (1, False, "a=b")
    assert repetition.check_duplicates(ability(first, second, test=[third])).passed


def test_a_template_in_two_splits_fails():
    one, two = item("a", template="t1"), item("b", template="t2")
    assert repetition.check_templates(ability(one, one, test=[two])).passed
    shared = repetition.check_templates(ability(one, test=[one, two]))
    assert (shared.value, shared.passed, shared.detail) == (1, False, "t1")
    assert repetition.check_templates(ability(item(), test=[item()])).detail == "no template named"


def test_trigrams_stay_within_a_text():
    grams = repetition.trigrams(
        item(options=("red", "so blue"), context="A b c d.", question="Why?")
    )
    assert grams == {"a b c", "b c d", "why", "red", "so blue"}


def test_near_means_strictly_above_seven_tenths():
    base = frozenset("abcdefghij")
    seven_tenths, more = frozenset("abcdefg"), frozenset("abcdefghi")  # 7/10, 9/10
    assert repetition.near_pairs([base, seven_tenths, more]).tolist() == [[0, 2], [1, 2]]


@given(st.lists(st.frozensets(st.sampled_from("abcdefgh"), min_size=1), max_size=12))
def test_near_pairs_are_those_of_the_definition(sets: list[frozenset[str]]):
    expected = [
        [i, j]
        for i, j in combinations(range(len(sets)), 2)
        if 10 * len(sets[i] & sets[j]) > 7 * len(sets[i] | sets[j])
    ]
    assert repetition.near_pairs(sets).tolist() == expected


def test_near_pairs_are_found_across_blocks(monkeypatch: pytest.MonkeyPatch):
    sets = [frozenset(f"{k % 5}{letter}" for letter in "xyz") for k in range(20)]
    whole = repetition.near_pairs(sets)
    monkeypatch.setattr(repetition, "BLOCK", 3)
    assert np.array_equal(repetition.near_pairs(sets), whole)
    assert len(whole) == 5 * 6  # four items each of five kinds


def told(id_: str, *changed: str) -> Item:
    """A text of 24 words, of which `changed` replaces the first ones."""
    tokens = [*changed, *(f"w{k}" for k in range(len(changed), 24))]
    return item(id_, context=" ".join(tokens))


def own(id_: str) -> Item:
    """An item whose words are all its own."""
    options = tuple(f"{id_}{letter}" for letter in "abcd")
    return item(id_, 0, options, f"{id_} is {id_} so {id_}.", f"Which of {id_}?")


def test_near_duplicates_are_counted_where_they_are():
    # The first word changed: of 22 + 5 trigrams 26 are shared, 26/28 = 0.93.
    here = ability(told("a"), told("b", "x"), own("c"), test=[told("d", "y"), own("e")])
    there = Ability("other", {"train": [told("f", "z")], "test": [own("g")]})
    checks = repetition.check_near_duplicates([here, there])
    within, across, foreign = checks["ability"]
    assert within.value == pytest.approx(100 * 2 / 3)
    assert within.detail == "train: a~b"
    assert (across.value, across.detail) == (2, "a~d, b~d")
    assert (foreign.value, foreign.passed) == (3, False)
    assert [check.value for check in checks["other"]] == [0, 0, 3]


def test_abilities_that_ask_different_questions_of_one_text_repeat_nothing():
    here = ability(told("a"))
    other = Ability("other", {"train": [replace(told("b"), question="What else?")]})
    *_, foreign = repetition.check_near_duplicates([here, other])["ability"]
    assert foreign.value == 0


def test_two_near_items_in_a_hundred_are_too_many_and_in_a_hundred_and_one_few_enough():
    rest = [own(f"own{k}") for k in range(99)]
    near = [told("a"), told("b", "x")]
    checks = repetition.check_near_duplicates([ability(*near, *rest[:98])])["ability"]
    assert (checks[0].value, checks[0].passed) == (2, False)
    checks = repetition.check_near_duplicates([ability(*near, *rest)])["ability"]
    assert checks[0].passed


def test_openings_are_shared_with_another_test_question():
    asked = ("Who has the cup?", "Who has the, hat", "who HAS the", "Who has a cup?", "Why?")
    test = [item(f"{k}", question=question) for k, question in enumerate(asked)]
    check = repetition.check_openings(ability(item(question="Why?"), test=test))
    assert (check.value, check.passed) == (60, False)
    assert check.detail == "'who has the' 3 times"
    fair = [item(f"{k}", question=f"Who {'ab'[k > 1]}{k // 2 * k} is?") for k in range(11)]
    assert repetition.check_openings(ability(test=fair[1:])).passed


def test_a_fifth_of_shared_openings_is_too_much():
    test = [item(f"{k}", question=f"Is {max(k, 1)} so?") for k in range(10)]
    check = repetition.check_openings(ability(test=test))
    assert (check.value, check.passed) == (20, False)
    more = [*test, item("10", question="Is it so?")]
    assert repetition.check_openings(ability(test=more)).passed


def test_shared_5_grams_by_hand():
    # Context and question are one text: "a b c d e f" has two 5-grams, "x a b c d e" two of which
    # it shares one, and "p q r s t" one of its own. So two of five stand in another item.
    test = [
        item("1", context="A b, c.", question="D e f?"),
        item("2", context="X", question="a b c d E?"),
        item("3", context="p q r s t", question="."),
        item("4", question="Too short?"),
    ]
    check = repetition.check_shared_grams(ability(item(context="p q r s t"), test=test))
    assert (check.value, check.passed, check.detail) == (40, False, "'a b c d e' in 2 items")
    alone = repetition.check_shared_grams(ability(test=test[1:]))
    assert (alone.value, alone.passed, alone.detail) == (0, True, "")
    assert repetition.check_shared_grams(ability(item())).value == 0


def test_a_5_gram_that_one_item_repeats_is_not_shared():
    twice = item(context="a b c d e a b c d e")
    assert repetition.check_shared_grams(ability(test=[twice])).value == 0


# Shape


def test_too_few_items_fail():
    minimum = {"train": 2, "calibration": 1, "test": 1}
    checks = shape.check_counts(ability(item(), calibration=[item()]), minimum)
    assert [(check.value, check.passed) for check in checks] == [(1, False), (1, True), (0, False)]


def test_an_id_in_two_splits_fails():
    assert shape.check_ids(ability(item("a"), test=[item("b")])).passed
    assert shape.check_ids(ability(item("a"), test=[item("a")])).detail == "a"


def test_a_type_of_mixed_option_count_fails():
    two = item(options=("aa", "bb"))
    check = shape.check_option_counts(ability(item(), test=[two]))
    assert (check.passed, check.detail) == (False, "type")
    check = shape.check_option_counts(ability(item(), item(options=("a", "b"), type="yes")))
    assert (check.passed, check.detail) == (True, "options: 2 or 4")


def test_half_of_the_items_must_be_of_types_that_are_in_every_split():
    both = [item(), item(type="other")]
    every = shape.check_types(ability(*both, calibration=both, test=both))
    assert (every.passed, every.value) == (True, 100)
    held_out = shape.check_types(ability(*both, calibration=both, test=[item()]))
    # Three of five items.
    assert (held_out.passed, held_out.value) == (True, 60)
    assert held_out.detail.endswith("; others: other")
    most = [item(type="other")] * 2
    check = shape.check_types(ability(item(), *most, calibration=[item(), *most], test=[item()]))
    assert not check.passed


def test_a_level_missing_from_a_split_fails_unless_none_is_named():
    every = [item(difficulty=level) for level in DIFFICULTIES]
    full = shape.check_difficulties(ability(*every, calibration=every, test=every))
    assert (full.passed, full.detail) == (True, "train 1/1/1; calibration 1/1/1; test 1/1/1")
    lacking = shape.check_difficulties(ability(*every, calibration=every, test=every[:2]))
    assert (lacking.passed, lacking.detail) == (False, "hard from test")
    unnamed = shape.check_difficulties(ability(*every, item(), calibration=every, test=every))
    assert (unnamed.passed, unnamed.detail) == (False, "1 items of train name none")
    none = ability(item(), calibration=[item()], test=[item()])
    assert shape.check_difficulties(none).passed


def test_companions_are_for_all_items_or_for_none():
    plain = item("a", context="Two cups stand here.")
    blank, equal = ({"blank": Companion(text, "Which?", 0)} for text in ("Some.", "Cups."))
    other = Item("b", "type", "Cups.", "Which?", ABCD, 0, companions=blank)
    same = Item("c", "type", "Cups.", "Which?", ABCD, 0, companions=equal)
    (none,) = shape.check_companions(ability(plain))
    assert (none.name, none.passed) == ("items without a companion", True)
    some = shape.check_companions(ability(plain, other))
    assert (some[0].value, some[0].passed, some[0].detail) == (1, False, "a")
    assert named(some, "blanks equal to their item").detail == "median length 100% of the item's"
    found = shape.check_companions(ability(other, same))
    assert [(check.value, check.passed) for check in found] == [(0, True), (1, False)]


def test_each_kind_of_companion_is_checked():
    flip, read_off = Companion("Cup.", "Which?", 1), Companion("A.", "Which?", 0)
    one = Item("a", "type", "Cups.", "Which?", ABCD, 0, companions={"flip": flip})
    two = replace(one, id="b", companions={"flip": flip, "read_off": read_off})
    found = shape.check_companions(ability(one, two))
    assert [(check.name, check.value) for check in found] == [
        ("items without a flip", 0),
        ("flips equal to their item", 0),
        ("items without a read-off", 1),
        ("read-offs equal to their item", 0),
    ]


# The command


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty-eight clean items in three splits."""
    number = 0
    for split in SPLITS:
        lines = []
        for _ in range(16):
            letters = ["".join(Random(f"{number} {k}").choices("abcdefgh", k=5)) for k in range(16)]
            context, question = " ".join(letters[4:13]), " ".join(letters[13:])
            answer, template = number // 3 % 4, f"{split}{number % 3}"
            one = item(
                f"{number}", answer, tuple(letters[:4]), context, question, template=template
            )
            lines.append(json.dumps(one.to_json()) + "\n")
            number += 1
        path = tmp_path / "own" / f"{split}.jsonl"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(lines))
    return tmp_path / "own"


def test_the_command_reports_a_pass(folder: Path, capsys: pytest.CaptureFixture[str]):
    out = folder.parent / "new" / "report"
    status = main([str(folder), "--counts", "16", "16", "16",
                   "--json", f"{out}.json", "--markdown", f"{out}.md"])  # fmt: skip
    printed = capsys.readouterr().out
    assert status == 0, printed
    report = json.loads(Path(f"{out}.json").read_text())
    checks = report["own"]["checks"]
    assert report["own"]["passed"]
    assert f"own: all {len(checks)} checks pass" in printed
    assert printed.count("\n  pass  ") == len(checks)
    assert checks[0] == {
        "name": "train items", "passed": True, "value": 16, "bound": "at least 16", "detail": "",
    }  # fmt: skip
    assert "| pass | train items | 16 | at least 16 |  |" in Path(f"{out}.md").read_text()


@pytest.fixture
def shipped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory whose shipped sets are these few items."""
    monkeypatch.chdir(folder.parent)
    for name in ("v1/spatial_reasoning", "v2/deductive_reasoning"):
        shutil.copytree(folder, Path("resources/abilities", name))


def copy_as_on(page: str) -> None:
    """Run the page's commands that copy a shipped set."""
    for block in blocks(ROOT / page, "sh"):
        for words, _ in commands(block.code):
            if words[0] in ("mkdir", "cp"):
                subprocess.run(words, check=True)


@pytest.mark.usefixtures("shipped")
@pytest.mark.parametrize("page", ["README.md", PAGE])
def test_the_command_reports_a_failure(page: str, capsys: pytest.CaptureFixture[str]):
    copy_as_on(page)
    arguments = arguments_on(page, CHECK)[0]
    assert main(arguments) == 1
    printed = capsys.readouterr().out
    assert "  FAIL  train items" in printed
    assert f"{Path(arguments[0]).name}: 3 of" in printed


def test_the_command_says_in_one_paragraph_what_it_cannot_read(
    folder: Path, capsys: pytest.CaptureFixture[str]
):
    (folder / "test.jsonl").write_text("{}\n")
    assert main([str(folder)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"{folder / 'test.jsonl'}, line 1: lacks 'answer'")
    assert captured.err.count("\n") == 1


@pytest.mark.usefixtures("shipped")
def test_several_abilities_have_a_section_together(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(classifiers, "TREES", 5)
    copy_as_on(PAGE)
    main([*arguments_on(PAGE, CHECK)[1], "--counts", "16", "16", "16"])
    report = json.loads(Path("report.json").read_text())
    assert list(report) == ["legal_reasoning", "deductive_reasoning", "all abilities"]
    assert "\nall abilities: all 8 checks pass\n" in (printed := capsys.readouterr().out)
    assert printed.count("\n  note  ") == 2
    assert "all abilities" in Path("report.md").read_text()


@pytest.mark.usefixtures("shipped")
def test_a_model_s_answers_are_tabulated(
    tiny_folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    # For the whole process, whose other tests measure memory.
    monkeypatch.setattr(allocation, "keep_freed_memory", lambda _: None)
    copy_as_on(PAGE)
    tiny_folder.rename("MODEL")
    main(arguments_on(PAGE, CHECK)[2])
    printed = capsys.readouterr().out
    (row,) = [line.split() for line in printed.splitlines() if line.split()[:2] == ["type", "all"]]
    assert row[2:4] == ["48", "0.250"]


def test_two_folders_of_one_name_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert main([str(folder), str(folder)]) == 2
    assert "a second folder named own" in capsys.readouterr().err


def test_a_folder_without_a_model_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]):
    assert main([str(folder), "--model", str(folder)]) == 2
    assert "no config.json" in capsys.readouterr().err

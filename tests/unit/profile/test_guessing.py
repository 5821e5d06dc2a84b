"""Guessing is an estimate where it is a constant answer's share: resamples and tests know it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom
from tests.records import record_of

from benchprof.profile.guessing import Guessing, read_guessing
from benchprof.profile.impact import above_guessing_p, measure_impacts
from benchprof.profile.resampling import Floats
from benchprof.profile.units import units_of
from benchprof.tasks.guessing import Offer, pool_of

SIMULATIONS = 300
RESAMPLES = 500


def guessing_of(right: list[list[int]], sample: int, options: int, tasks: list[str]) -> Guessing:
    """Of a pool whose first documents are the sample.

    Args:
        right: of each document of the pool, the right ones of its options.
        sample: number of documents.
        options: number of options.
        tasks: of each document of the pool.
    """
    names = tuple("ABCDE"[:options])
    offers = [Offer(task, names, tuple(own)) for task, own in zip(tasks, right, strict=True)]
    return guessing_of_offers(offers, sample)


def guessing_of_offers(offers: list[Offer], sample: int, written: bool = False) -> Guessing:
    """Of a pool whose first documents are the sample; no record of written answers has choices."""
    pool, items = pool_of(offers), offers[:sample]
    tasks = [own.task for own in items]
    choices = [[] if written else own.options for own in items]
    record = record_of(
        [list(own) or ["a text"] for own in choices],
        tasks=tasks,
        gold=[[] if written else list(own.right) for own in items],
        guessing=pool.guessing,
        pool=pool.as_json,
        set=[pool.place(own) for own in items],
        right=[list(own.right_texts) for own in items],
    )
    return read_guessing(record, units_of(tasks))


def letters(shares: list[float], sample: int, pool: int, seed: int) -> tuple[Guessing, Floats]:
    """Guessing of a pool of letters, and whether A is right, (sample,)."""
    drawn = np.random.default_rng(seed).choice(len(shares), pool, p=shares)
    guessing = guessing_of([[own] for own in drawn.tolist()], sample, len(shares), ["t"] * pool)
    return guessing, (drawn[:sample] == 0).astype(float)


def test_a_record_without_a_pool_has_a_known_level() -> None:
    guessing = read_guessing({"n": 20, "guessing": 0.4}, units_of(["t"] * 20))
    assert guessing.resampled(3, 1).tolist() == [0.4] * 3
    assert guessing.rival() is None


@pytest.mark.parametrize("pool", [60, 300])
def test_a_constant_s_share_varies_with_the_items_it_is_made_of(pool: int) -> None:
    """A is right in two thirds. Its score over items is the share itself where there are no more,
    else its part of the pool."""
    guessing, right = letters([2 / 3, 1 / 6, 1 / 6], 60, pool, 1)
    # Right-or-wrong scores have two pseudo-items.
    levels = guessing.resampled(4000, 7, others=2)
    scores = measure_impacts(
        np.vstack([np.ones(60), right]), guessing, units_of(["t"] * 60), "absolute", 4000, 0.95, 7
    )
    kept = 1 - scores.resampled_drops[0]
    share = guessing.level
    assert levels.mean() == pytest.approx(share, abs=0.005)
    assert levels.std() == pytest.approx(np.sqrt(share * (1 - share) / pool), rel=0.1)
    assert np.corrcoef(kept, levels)[0, 1] == pytest.approx(np.sqrt(60 / pool), abs=0.08)


def test_tasks_that_are_resampled_bring_all_their_documents() -> None:
    """Twelve tasks of 20 documents, four of each in the sample: A is right in all of a half of
    them and in none of the rest, so that its share is known no better than a coin thrown twelve
    times. A thirteenth task has no item in the sample, and stays."""
    order = [f"t{number:02d}" for number in range(12)] * 20
    right = [[0] if int(task[1:]) % 2 else [1] for task in order]
    tasks, right = [*order, *["u"] * 20], [*right, *[[0]] * 20]
    guessing = guessing_of(right, 48, 4, tasks)
    assert guessing.level == pytest.approx(140 / 260)
    share = np.random.default_rng(0).binomial(12, 0.5, 100000) / 12
    expected = (np.maximum(share * 240 + 20, (1 - share) * 240) / 260).std()
    assert guessing.resampled(4000, 3).std() == pytest.approx(expected, rel=0.1)


def offers_of(options: list[list[str]], documents: int) -> list[Offer]:
    """Documents of one task per list of options, every option right equally often.

    An option that ends in # is another text in every document, which then are of no set.
    """
    return [
        Offer(f"t{task:02d}", tuple(own.replace("#", f"{task}.{number}") for own in texts),
              (number % len(texts),) if texts else ())
        for number in range(documents)
        for task, texts in enumerate(options)
    ]  # fmt: skip


YES_NO, LETTERS, FREE, OWN_TEXTS = ["yes", "no"], ["A", "B", "C", "D"], [], ["true #", "false #"]


@pytest.mark.parametrize("sample", [240, 120])
@pytest.mark.parametrize(
    "options",
    [[YES_NO] * 6 + [LETTERS] * 6, [LETTERS] * 6 + [FREE] * 6, [OWN_TEXTS] * 4 + [FREE] * 8,
     [OWN_TEXTS] * 4 + [FREE] * 4 + [LETTERS] * 4],
)  # fmt: skip
def test_resampled_tasks_bring_their_own_scores_of_guessing(
    options: list[list[str]], sample: int
) -> None:
    """Twelve tasks of 20 documents: in each the model is 0.3 above guessing, and 0.15 ablated. So
    it is in every resample, whatever guessing scores in the tasks that were drawn."""
    offers = offers_of(options, 20)
    guessing = guessing_of_offers(offers, sample)
    own = np.array([offer.uniform for offer in offers[:sample]])
    assert guessing.level == pytest.approx(own.mean())
    found = measure_impacts(
        np.vstack([own + 0.3, own + 0.15]), guessing,
        units_of([offer.task for offer in offers[:sample]]), "chance_corrected", 200, 0.95, 1,
    )  # fmt: skip
    assert np.ptp(guessing.resampled(200, 1)) > 0.05
    assert found.resampled_base == pytest.approx(np.full(200, 0.3))
    interval = found.estimates(np.eye(1))
    assert (interval.low[0], interval.high[0]) == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize("sample", [1080, 40])
def test_tasks_that_share_a_score_of_guessing_have_it_in_every_resample(sample: int) -> None:
    """As MMLU's subjects, of which a sample may lack some; to the last digit of its sets."""
    guessing = guessing_of_offers(offers_of([LETTERS] * 54, 20), sample)
    assert guessing.resampled(500, 1, others=2).tolist() == [0.25] * 500
    without_sets = guessing_of_offers(offers_of([["a #", "b #", "c #", "d #"]] * 54, 20), sample)
    assert without_sets.resampled(500, 1) == pytest.approx(np.full(500, 0.25), abs=1e-12)


def test_written_answers_with_options_of_their_own_stay_as_they_are() -> None:
    """Of them no item tells the score. The letters of the other tasks that were drawn still lower
    C, as they do where the score is known."""
    offers = offers_of([["x #", "y #"]] * 6 + [LETTERS] * 6, 20)
    known, written = (
        guessing_of_offers(offers, 240, own).resampled(500, 1) for own in (False, True)
    )
    assert np.corrcoef(known, written)[0, 1] > 0.9
    assert np.ptp(written) < np.ptp(known)


def test_documents_whose_tasks_are_unknown_stay_as_they_are() -> None:
    """Ten tasks of letters are in the sample. The pool's other 200 documents are of no set and of
    no item: a half of all, with texts of their own, in every resample."""
    offers = [*offers_of([LETTERS] * 10, 20), *offers_of([["x #", "y #"]] * 10, 20)]
    guessing = guessing_of_offers(offers, 200)
    assert guessing.level == pytest.approx(0.375)
    assert guessing.resampled(100, 1) == pytest.approx(np.full(100, 0.375))


@pytest.mark.parametrize(("sample", "pool"), [(60, 300), (300, 300)])
def test_intervals_hold_the_truth_where_letters_are_even(sample: int, pool: int) -> None:
    """Five letters, an ablated model that says A, another that guesses: AIS of 1."""
    random = np.random.default_rng(sample)
    covered, values = np.zeros(2), np.empty((SIMULATIONS, 2))
    for number in range(SIMULATIONS):
        guessing, constant = letters([0.2] * 5, sample, pool, number)
        conditions = [random.random(sample) < 0.8, constant, random.random(sample) < 0.2]
        found = measure_impacts(
            np.array(conditions, dtype=float), guessing, units_of(["t"] * sample),
            "chance_corrected",
            RESAMPLES, 0.95, 1,
        ).estimates(np.eye(2))  # fmt: skip
        covered += (found.low <= 1) & (found.high >= 1)
        values[number] = found.value
    assert (covered / SIMULATIONS >= 0.92).all()
    assert np.median(values, axis=0) == pytest.approx([1.0, 1.0], abs=0.03)


def test_the_share_in_the_sample_would_miss_the_truth() -> None:
    """The best letter of 60 items of five options is right in 0.27 of them, not in 0.2."""
    best = [
        max(np.bincount(np.random.default_rng(n).integers(0, 5, 60))) / 60
        for n in range(SIMULATIONS)
    ]
    assert np.mean(best) > 0.26
    levels = [letters([0.2] * 5, 60, 300, n)[0].level for n in range(SIMULATIONS)]
    assert np.isclose(levels, 0.2).mean() > 0.9
    assert np.mean(levels) < 0.206


@pytest.mark.parametrize(
    ("shares", "sample", "pool"), [([0.25] * 4, 150, 600), ([0.62, 0.38], 300, 300)]
)
def test_a_model_at_guessing_is_seldom_called_above_it(
    shares: list[float], sample: int, pool: int
) -> None:
    """One letter always, random letters, and the best letter's score with other items right."""
    random, above = np.random.default_rng(1), np.zeros(3)
    for number in range(SIMULATIONS):
        guessing, constant = letters(shares, sample, pool, number)
        chance = random.random((2, sample)) < np.array([[1 / len(shares)], [max(shares)]])
        conditions = np.vstack([constant, chance.astype(float)])
        above += above_guessing_p(conditions, guessing, units_of(["t"] * sample)) < 0.05
    # 0.05 is met by 0.088 or less of 300 with 0.999; the binomial alone says it of 0.13.
    assert (above / SIMULATIONS < 0.088).all()


def test_a_model_must_beat_a_letter_that_may_be_a_constant() -> None:
    """A is right in 29 of 90: not surely more than a quarter (0.077, of four), but at 7% alone.
    A is right in 31 of 90: at 2.9%, so that who says A always is not above guessing."""
    for count, rivals in ((29, False), (31, True)):
        rest = 90 - count
        right = [[0]] * count + [[1 + number % 3] for number in range(rest)]
        guessing = guessing_of(right, 90, 4, ["t"] * 90)
        assert guessing.level == pytest.approx(0.25)
        constant = np.array([[1.0] * count + [0.0] * rest])
        p = above_guessing_p(constant, guessing, units_of(["t"] * 90))
        alone = binom.sf(count - 1, 90, 0.25)
        assert p[0] == pytest.approx(1.0 if rivals else alone)
        assert (alone < 0.05) == rivals

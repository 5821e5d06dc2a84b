"""The sample is stratified and the same for all; each annotator has an order of their own."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml
from tests.unit.annotation.conftest import DEFINITIONS, PER_ABILITY, make_item

from benchprof.annotation.screen import read_study
from benchprof.annotation.study import StudyItem, ordered, stratified
from benchprof.errors import InputError


def items_of(sizes: dict[str, int]) -> list[StudyItem]:
    return [
        StudyItem("x", make_item(f"{kind}-{n}", kind))
        for kind, size in sizes.items()
        for n in range(size)
    ]


def test_types_have_equal_shares_as_far_as_they_have_items() -> None:
    own = items_of({"a": 10, "b": 1, "c": 10})
    chosen = stratified(own, 8, seed=1)
    # One of b is all there is; the rest is shared, the first name taking the odd one.
    assert Counter(member.item.family for member in chosen) == {"a": 4, "b": 1, "c": 3}


def test_an_ability_with_few_items_gives_all() -> None:
    assert len(stratified(items_of({"a": 2, "b": 1}), 9, seed=1)) == 3


def test_a_larger_sample_keeps_the_smaller_and_the_seed_matters() -> None:
    own = items_of({"a": 30, "b": 30})
    few, more = set(stratified(own, 7, seed=1)), set(stratified(own, 20, seed=1))
    assert few < more
    assert few != set(stratified(own, 7, seed=2))


def test_a_corrected_item_stays_in_the_sample() -> None:
    own = items_of({"a": 30})
    before = [member.item.id for member in stratified(own, 10, seed=1)]
    corrected = [StudyItem("x", make_item(m.item.id, "a", question="Corrected?")) for m in own]
    assert [member.item.id for member in stratified(corrected, 10, seed=1)] == before


def test_an_item_s_repr_hides_what_is_intended() -> None:
    assert "hidden" not in repr([StudyItem("hidden", make_item("hidden-1", "hidden_family"))])


def test_each_annotator_has_an_own_order_of_the_same_items() -> None:
    sample = stratified(items_of({"a": 30}), 20, seed=1)
    jane, john = ordered(sample, 1, "jane"), ordered(sample, 1, "john")
    assert set(jane) == set(john) == set(sample)
    assert jane != john
    assert jane == ordered(sample[::-1], 1, "jane")
    without = [member for member in sample if member is not jane[3]]
    assert ordered(without, 1, "jane") == [member for member in jane if member is not jane[3]]


def test_the_digest_is_of_what_is_shown() -> None:
    one, other = StudyItem("x", make_item("i")), StudyItem("y", make_item("j", "k"))
    changed = StudyItem("x", make_item("i", question="Why?"))
    assert one.digest == other.digest != changed.digest


def test_a_study_is_read_from_the_configuration(study_folder: Path) -> None:
    study = read_study(study_folder / "config.yaml")
    assert study.definitions == DEFINITIONS
    assert Counter(m.ability for m in study.items) == dict.fromkeys(DEFINITIONS, PER_ABILITY)
    # Spread over the two types of each ability.
    families = Counter(m.item.family for m in study.items)
    assert families == {"hidden_family_0": 10, "hidden_family_1": 10}


def test_an_id_of_two_abilities_is_refused(study_folder: Path) -> None:
    first, second = (study_folder / "items" / name for name in list(DEFINITIONS)[:2])
    (second / "test.jsonl").write_text((first / "train.jsonl").read_text())
    with pytest.raises(InputError) as raised:
        read_study(study_folder / "config.yaml")
    for word in (
        f"{second / 'test.jsonl'} (abilities.{second.name}), id: '{first.name}-train-0'",
        f"{first / 'train.jsonl'} (abilities.{first.name})",
        "Rename one",
    ):
        assert word in str(raised.value)


def test_excluded_items_stay_in_the_study(study_folder: Path) -> None:
    before = read_study(study_folder / "config.yaml").items
    file = study_folder / "config.yaml"
    config = yaml.safe_load(file.read_text())
    config["abilities"][before[0].ability]["exclude"] = [before[0].item.id]
    file.write_text(yaml.safe_dump(config))
    assert set(read_study(file).items) == set(before)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c: c.pop("annotation"), ["config.yaml: lacks annotation", "per_ability"]),
        (
            lambda c: c["abilities"]["contextual_recall"].pop("definition"),
            ["config.yaml, abilities.contextual_recall: lacks definition", "ONE LINE"],
        ),
        (
            lambda c: c["abilities"].update(more=c["abilities"]["contextual_recall"]),
            ["config.yaml, abilities: 11 abilities", "at most 10"],
        ),
    ],
)
def test_what_annotators_need_is_asked_for(study_folder: Path, change, words: list[str]) -> None:
    file = study_folder / "config.yaml"
    config = yaml.safe_load(file.read_text())
    change(config)
    file.write_text(yaml.safe_dump(config))
    with pytest.raises(InputError) as raised:
        read_study(file)
    for word in words:
        assert word in str(raised.value)

"""A run: its configuration, and what that means for all of its jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

from benchprof import paths
from benchprof.abilities.item import SPLITS, read_items
from benchprof.ablation import ALL_ABILITIES, CALIBRATED, LISTED, Ablation, mask_fraction_name
from benchprof.configuration import Configuration
from benchprof.configuration.consistency import check_consistency
from benchprof.configuration.layers import extended, read_layers, with_text_keys
from benchprof.configuration.removed import check_removed
from benchprof.configuration.shorthand import written_out
from benchprof.importance.items import TrainItems
from benchprof.masks.rule import Selection
from benchprof.models.scope import Scope
from benchprof.profile.settings import ProfileSettings
from benchprof.run.suite import Suite
from benchprof.section import Section, read_section
from benchprof.store import Store
from benchprof.yaml_files import check_duplicate_keys


@dataclass(frozen=True)
class Run:
    """A run.

    Attributes:
        configuration: typed, with its defaults.
        values: the same as a person wrote it, laid over what it extends, without defaults; paths
            are expanded, so that they are those of the process that planned the run.
        source: the files named in messages.
    """

    configuration: Configuration
    values: Mapping[str, Any]
    source: str

    @classmethod
    def of(cls, config: Mapping[str, Any], source: str = "config.yaml") -> Run:
        """The run of a configuration as loaded, without anything that it extends.

        From now on, `paths` are this run's.

        Args:
            config: its keys.
            source: the files named in messages.

        Raises:
            InputError: names the key, the value and what is allowed, of the first fault.
        """
        check_removed(config, source)
        config = written_out(config, source)
        configuration = read_section(Configuration, config, source)
        check_consistency(configuration, source)
        paths.enter(configuration.run_name)
        return cls(configuration, with_text_keys(_with_paths(config, configuration)), source)

    @classmethod
    def given(cls, config: Mapping[str, Any], files: Sequence[str | Path]) -> Run:
        """The run of a configuration that Snakemake loaded from files.

        Raises:
            InputError: also names a key that a file says twice, of which Snakemake keeps the last.
        """
        given = [Path(file) for file in files]
        for path in given:
            check_duplicate_keys(path)
        return cls.of(extended(config, given), ", ".join(map(str, files)) or "config")

    @cached_property
    def models(self) -> list[str]:
        """Names of the models."""
        return list(self.configuration.models)

    @cached_property
    def abilities(self) -> list[str]:
        """Names of the abilities."""
        return list(self.configuration.abilities)

    @cached_property
    def benchmarks(self) -> list[str]:
        """Names of the benchmarks."""
        return list(self.configuration.benchmarks)

    @cached_property
    def suite(self) -> Suite:
        """Which benchmarks are an ability's items, and the files and definitions of all."""
        return Suite(self.configuration, self.source)

    @cached_property
    def selections(self) -> list[str]:
        """Names of the selections, in the order of the file."""
        return list(self.values["selections"])

    @cached_property
    def mask_fractions(self) -> list[str]:
        """Each mask fraction that is profiled, as file names have it; `calibrated` may be among
        them.
        """
        return [
            mask_fraction_name(mask_fraction) for mask_fraction in self.configuration.mask_fractions
        ]

    @cached_property
    def candidate_mask_fractions(self) -> list[str]:
        """Each mask fraction that `calibrated` is chosen from; none where no mask fraction is."""
        calibration = self.configuration.calibration
        if calibration is None or CALIBRATED not in self.mask_fractions:
            return []
        return [mask_fraction_name(mask_fraction) for mask_fraction in calibration.mask_fractions]

    @cached_property
    def known_mask_fractions(self) -> list[str]:
        """Each mask fraction that is known before the run."""
        return [
            mask_fraction
            for mask_fraction in self.mask_fractions
            if mask_fraction not in (CALIBRATED, LISTED)
        ]

    @cached_property
    def selected_mask_fractions(self) -> list[str]:
        """Each mask fraction that masks are selected at."""
        return (
            [LISTED]
            if self.lists
            else list(dict.fromkeys(self.known_mask_fractions + self.candidate_mask_fractions))
        )

    @property
    def lists(self) -> dict[str, dict[int, list[int]]] | None:
        """Each ability's units by layer, where masks are listed: then no importance is needed."""
        return self.configuration.selections.listed

    @property
    def drops_importance(self) -> bool:
        """Whether importance files go once masks are drawn: weights', which are large."""
        config = self.configuration
        return config.unit == "weight" and not (config.keep_importance or self.lists)

    @property
    def scope(self) -> Scope:
        """What is scored, and may be in a mask."""
        config = self.configuration
        layers = (config.layers[0], config.layers[1]) if config.layers else None
        return Scope(config.scope, layers, config.unit)

    @cached_property
    def seeds(self) -> list[int]:
        """The seeds of the random controls."""
        return self.configuration.controls.random.seeds

    @cached_property
    def matched(self) -> list[str]:
        """What random controls are matched to: each ability's mask, or all on average."""
        each = self.configuration.controls.random.matched_to == "each_ability"
        return self.abilities if each else [ALL_ABILITIES]

    @cached_property
    def store(self) -> Store:
        """Where finished importance files and evaluations live."""
        return Store(Path(self.configuration.store))

    @cached_property
    def ablations(self) -> list[Ablation]:
        """Every ablation of a model: the abilities' masks, then their controls."""
        return self._grid(self.mask_fractions, self.matched)

    def trials(self, ability: str) -> list[Ablation]:
        """What an ability's calibration items are answered under: of controls its own alone."""
        own = [ability] if self.matched == self.abilities else self.matched
        return self._grid(self.candidate_mask_fractions, own)

    def masks(self, selection: str, mask_fractions: Sequence[str]) -> list[Ablation]:
        """The abilities' masks of one selection at some mask fractions."""
        return [
            Ablation(a, selection, mask_fraction)
            for a, mask_fraction in product(self.abilities, mask_fractions)
        ]

    def controls(self, selection: str, mask_fractions: Sequence[str]) -> list[Ablation]:
        """The random controls of one selection at some mask fractions."""
        return [
            Ablation(ability, selection, mask_fraction, seed)
            for ability, seed, mask_fraction in product(self.matched, self.seeds, mask_fractions)
        ]

    def halves(self, ability: str) -> list[Ablation]:
        """The masks that either half of the train items makes alone, at each mask fraction that is
        known.
        """
        return [
            Ablation(ability, selection, mask_fraction, half=half)
            for selection, half, mask_fraction in product(
                self.selections, (1, 2), self.known_mask_fractions
            )
        ]

    @cached_property
    def selection_rules(self) -> dict[str, Selection]:
        """The rule of each selection, in the order of the file; `listed` has none."""
        own = self.configuration.selections.rules
        return {name: own[name] for name in self.selections if name in own}

    @cached_property
    def selection_settings(self) -> dict[str, dict[str, Any]]:
        """All that decides the masks of each selection, with defaults; of `listed`, the lists."""
        own = {selection: rule.settings for selection, rule in self.selection_rules.items()}
        # As written: layers are texts, as JSON's keys are.
        return {name: own.get(name, self.values["selections"][name]) for name in self.selections}

    @property
    def replicates(self) -> bool:
        """Whether held-out tests are asked under the masks of halves of the train items."""
        halves = self.configuration.importance.halves
        return halves and bool(self.suite.held_out_test_of) and bool(self.known_mask_fractions)

    def _grid(self, mask_fractions: Sequence[str], matched: Sequence[str]) -> list[Ablation]:
        masks = [
            Ablation(ability, selection, mask_fraction)
            for selection, mask_fraction, ability in product(
                self.selections, mask_fractions, self.abilities
            )
        ]
        controls = [
            Ablation(ability, selection, mask_fraction, seed)
            for selection, mask_fraction, seed, ability in product(
                self.selections, mask_fractions, self.seeds, matched
            )
        ]
        return masks + controls

    def items(self, ability: str, split: str) -> Path:
        """An ability's file of items."""
        return Path(self.configuration.abilities[ability].items, f"{split}.jsonl")

    @cached_property
    def train(self) -> dict[str, Path]:
        """The file of each ability's train items."""
        return {ability: self.items(ability, "train") for ability in self.abilities}

    @cached_property
    def train_excluded(self) -> dict[str, list[str]]:
        """The ids of the train items that are left out, by ability."""
        return {ability: self.excluded(ability, "train") for ability in self.abilities}

    @cached_property
    def train_items(self) -> TrainItems:
        """What importance is computed from."""
        config = self.configuration
        return TrainItems(self.train, config.seed, config.importance.limit, self.train_excluded)

    @cached_property
    def profile_settings(self) -> ProfileSettings:
        """How scores become AIS."""
        own = self.configuration.profile
        return ProfileSettings(
            metric=own.metric,
            impact=own.impact,
            resamples=own.resamples,
            confidence=own.confidence,
            seed=self.configuration.seed,
            headlines=self.suite.headlines,
        )

    def item_ids(self, ability: str, split: str) -> list[str]:
        """The ids of a split's items.

        Raises:
            InputError: the file is missing or faulty.
        """
        return [item.id for item in read_items(self.items(ability, split))]

    def excluded(self, ability: str, split: str) -> list[str]:
        """The ids of a split's items that experts rejected: of no other split's."""
        rejected = self.configuration.abilities[ability].exclude
        if not rejected:
            return []
        return sorted({*rejected} & {*self.item_ids(ability, split)})

    @cached_property
    def item_files(self) -> list[Path]:
        """Every file of the abilities' items."""
        return [self.items(a, split) for a, split in product(self.abilities, SPLITS)]

    @cached_property
    def data_files(self) -> list[Path]:
        """Every data file that the configuration names."""
        asked = [path for name in self.benchmarks for path in self.suite.files(name)]
        return [*self.item_files, *asked]


def _with_paths(written: Any, typed: Any) -> Any:
    """A configuration as written, with the paths of its typed form: types change no other text."""
    if isinstance(written, Mapping) and isinstance(typed, Mapping | Section):
        fields = dict(typed)
        return {key: _with_paths(own, fields.get(key, own)) for key, own in written.items()}
    if isinstance(written, list) and isinstance(typed, list):
        return [_with_paths(*pair) for pair in zip(written, typed, strict=True)]
    return typed if isinstance(written, str) and isinstance(typed, str) else written


def read_run(files: Sequence[Path]) -> Run:
    """The run of configuration files, each laid over those before it.

    Raises:
        InputError: names the file, the key, the value and what is allowed, of the first fault.
    """
    return Run.of(read_layers(files), ", ".join(map(str, files)))

"""Every figure has its entry, its functions and its caption."""

from __future__ import annotations

from importlib import import_module

import pytest
from tests.conftest import ROOT

from benchprof.jobs.all import EVERY
from benchprof.report.figure import FIGURES, function_of
from benchprof.report.figures.pipeline import STAGES


@pytest.mark.parametrize("module", FIGURES)
def test_an_entry_that_is_read_is_the_module_s(module: str) -> None:
    entry = FIGURES[module]
    assert entry == import_module(f"benchprof.report.figures.{module}").ENTRY
    assert callable(function_of(module, entry.draw))
    assert callable(function_of(module, entry.page or entry.draw))
    assert (ROOT / f"workflow/report/{entry.name}.rst").is_file()


def test_figures_have_names_and_places_of_their_own() -> None:
    assert len(FIGURES) == 8
    assert len({entry.name for entry in FIGURES.values()}) == len(FIGURES)
    places = [entry.place for entry in FIGURES.values()]
    assert places == sorted(set(places))


def test_every_stage_has_its_box() -> None:
    assert list(STAGES) == [kind.rule for kind in EVERY if kind.timed]

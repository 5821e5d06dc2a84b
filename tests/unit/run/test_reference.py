"""The page of all configuration keys is what the types and the comments say."""

from __future__ import annotations

from tests.conftest import ROOT

from benchprof.run.configuration import Configuration, Importance, Selections
from benchprof.run.reference import comments_of, page


def test_the_committed_page_is_what_the_generator_gives() -> None:
    """`python -m benchprof.run.reference > docs/reference/configuration.md` writes it."""
    config, planted = ((ROOT / name).read_text() for name in ("config.yaml", "config/planted.yaml"))
    told = (ROOT / "docs/reference/configuration.md").read_text(encoding="utf-8")
    assert told == page(config, planted)
    for section in (Configuration, Importance, Selections):
        for key in section.model_fields:
            assert f"\n| `{key}` | " in told


def test_a_comment_belongs_to_the_key_below_it_or_beside_it() -> None:
    """Also where the key itself is commented out, and not across an empty line."""
    text = """\
# About the file.

# About
# the seed.
seed: 1
models:
  # About one model.
  mine:
    dtype: float32  # or another
    # How many.
    # gpus: 1
# seed: is no key here, as the file has it.
scope: mlp
# About all.
# annotation:
#   answers: a    # names
"""
    assert comments_of(text, Configuration.model_json_schema()) == {
        "seed": ["About", "the seed."],
        "models.NAME.dtype": ["`float32` or another"],
        "models.NAME.gpus": ["How many."],
        "scope": ["seed: is no key here, as the file has it."],
        "annotation": ["About all."],
        "annotation.answers": ["`a` names"],
    }

"""An ablation: which mask of which ability. The one shape and the one name it has everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

INTACT = "intact"
"""Stands in place of an ablation's name for the model as it is."""
ALL_ABILITIES = "all_abilities"
"""In place of an ability: a random control that is matched to all abilities' masks on average."""
RANDOM = "random"
"""The selection of a control."""
LISTED = "listed"
"""The selection of units that are listed, and what stands for its mask fraction: it has none."""
CALIBRATED = "calibrated"
"""Stands in place of a mask fraction for the one that the calibration splits choose."""


@dataclass(frozen=True)
class Ablation:
    """A mask of a model.

    Attributes:
        ability: whose mask it is, or `all_abilities`.
        selection: the rule that chose its entries: top, contrastive, core, bottom or listed.
        mask_fraction: the share that it holds, as file names have it, or `calibrated`, or `listed`.
            In tables that is the column `mask_fraction`, beside the number in the column
            `mask_fraction_value`.
        seed: of a random control that is matched to that mask; None for the mask itself.
        half: 1 or 2 where the mask comes of that half of the train items alone.
    """

    ability: str
    selection: str
    mask_fraction: str
    seed: int | None = None
    half: int | None = None

    @property
    def stem(self) -> str:
        """Its name among the ability's masks."""
        drawn = f"-random-{self.seed}" if self.is_control else ""
        part = "" if self.half is None else f"-half-{self.half}"
        return f"{self.selection}{drawn}{part}_{self.mask_fraction}"

    @property
    def name(self) -> str:
        """Its name among a model's masks: `ABILITY.SELECTION[-random-SEED]_MASK_FRACTION`."""
        return f"{self.ability}.{self.stem}"

    @property
    def claims(self) -> dict[str, str | int | None]:
        """What the metadata of a mask of this name have to say; None of what they leave out.

        A calibrated mask says which mask fraction was chosen, which its name does not.
        """
        said = {
            "ability": self.ability,
            "selection": RANDOM if self.is_control else self.selection,
            "seed": self.seed,
        }
        return (
            said
            if self.mask_fraction == CALIBRATED
            else said | {"mask_fraction": self.mask_fraction}
        )

    @property
    def is_control(self) -> bool:
        """Whether it is a random control, and not a mask that a selection chose."""
        return self.seed is not None

    @property
    def kind(self) -> tuple[str, str]:
        """Selection and mask fraction: only ablations that have both in common are compared."""
        return self.selection, self.mask_fraction

    def is_control_of(self, mask: Ablation) -> bool:
        """Whether it is a random control of a mask; controls have none themselves."""
        return (
            self.is_control
            and not mask.is_control
            and self.ability in control_owners(mask.ability)
            and self.kind == mask.kind
        )

    def is_other_than(self, mask: Ablation) -> bool:
        """Whether it is another ability's mask of a mask's kind; never where one is a control.

        By their names. The two may still hold the same entries, as all of `core` do, or listed
        units: `profile.contrast` leaves out the other masks whose digest is the mask's own.
        """
        return (
            not self.is_control
            and not mask.is_control
            and self.ability != mask.ability
            and self.kind == mask.kind
        )


def control_owners(ability: str) -> tuple[str, str]:
    """Whose random controls an ability's mask is compared with: its own, or all abilities'."""
    return ability, ALL_ABILITIES


def mask_fraction_name(mask_fraction: float | str) -> str:
    """A mask fraction of a configuration as file names have it: in plain digits, 0.00001, or a
    word.
    """
    # As written: 1e-05 has as many digits as 0.00001.
    return (
        mask_fraction
        if isinstance(mask_fraction, str)
        else format(Decimal(repr(mask_fraction)), "f")
    )


def shown_mask_fraction(name: str, mask_fraction: str) -> str:
    """A mask fraction for readers: the number `mask_fraction_value`; after the word `calibrated`,
    in brackets.
    """
    return mask_fraction if name == mask_fraction else f"{name} ({mask_fraction})"


def and_mask_fraction(mask_fraction: str) -> str:
    """What follows a selection: ", mask fraction 0.001"; empty for listed masks, which have no mask
    fraction.
    """
    return "" if mask_fraction == LISTED else f", mask fraction {mask_fraction}"

"""From what of a model items are read: from its hidden states, or from its neurons' importance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchprof import codebase, digests
from benchprof.item_profile.attribution import attribution_products
from benchprof.item_profile.hidden_state import state_products
from benchprof.item_profile.items import Items
from benchprof.models.card import read_card
from benchprof.models.prepared import PreparedModel
from benchprof.profile.resampling import Floats
from benchprof.store import Store

IMPORTANCE = "importance"


@dataclass(frozen=True)
class Reading:
    """From what items are read.

    Attributes:
        model: the prepared model.
        read_from: `hidden_states`, `importance` or both.
        folder: of the results that the store notes to use its entries.
        store: of the attributions, if importance is read.
    """

    model: PreparedModel
    read_from: Sequence[str]
    folder: Path
    store: Store

    def ways(self, items: Items) -> dict[str, Mapping[str, Floats]]:
        """Inner products of all items by what is read and in which way.

        Raises:
            InputError: the model has nothing to read, or what is read is not finite.
        """
        found: dict[str, Mapping[str, Floats]] = {}
        for name in self.read_from:
            if name == IMPORTANCE:
                own = attribution_products(self.model, items.named, self.folder, self.store)
                found[name] = {"neurons": own}
            else:
                found[name] = state_products(self.model, items.named)
        return found

    def digest(self, read_from: str, items: Items) -> str:
        """Digest of the model, the examples that a reader learns from, and all code of it."""
        card = read_card(self.model.folder).digest
        # Either module imports the reader of shares.
        if read_from == IMPORTANCE:
            code = codebase.digest_of("item_profile.attribution")
        else:
            code = codebase.digest_of("item_profile.hidden_state")
        return digests.of_value([card, self.model.dtype, items.digest, code])

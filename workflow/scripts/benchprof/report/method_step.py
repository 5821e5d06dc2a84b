"""One step of the method, in sentences that may cite."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class MethodStep:
    """One step of the method.

    Attributes:
        name: a heading.
        sentences: without the spaces between them.
        sources: keys of the references.
        citing: the number of the sentence that the references belong to.
    """

    name: str
    sentences: Sequence[str]
    sources: tuple[str, ...] = ()
    citing: int = 0

    @property
    def text(self) -> str:
        """The sentences."""
        return " ".join(self.sentences)

    @property
    def cited(self) -> str:
        """The sentences with Pandoc's citations."""
        sentences = list(self.sentences)
        if self.sources:
            keys = "; ".join(f"@{key}" for key in self.sources)
            sentences[self.citing] = f"{sentences[self.citing].removesuffix('.')} [{keys}]."
        return " ".join(sentences)

"""One step of the method, in sentences that may cite."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class MethodStep:
    """One step of the method.

    Attributes:
        name: a heading.
        sentences: without the spaces between them.
        sources: keys of the references, by the number of the sentence that cites them.
    """

    name: str
    sentences: Sequence[str]
    sources: Mapping[int, Sequence[str]] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentences."""
        return " ".join(self.sentences)

    @property
    def cited(self) -> str:
        """The sentences with Pandoc's citations."""
        sentences = list(self.sentences)
        for number, keys in self.sources.items():
            if keys:
                cited = "; ".join(f"@{key}" for key in keys)
                sentences[number] = f"{sentences[number].removesuffix('.')} [{cited}]."
        return " ".join(sentences)

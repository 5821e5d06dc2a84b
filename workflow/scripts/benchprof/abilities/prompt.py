"""How an item reads for a model.

One rendering everywhere: the importance data, the check with a model, and the test splits as
benchmarks, whose lm-eval templates (`doc_to_text`, `target_delimiter`, `doc_to_choice`) spell
the same text. A change here must be made there.
"""

from __future__ import annotations


def prompt_text(context: str, question: str) -> str:
    """What the model reads before an option; an item without context has no context line."""
    lines = [context] if context else []
    return "\n".join([*lines, f"Question: {question}", "Answer:"])


def option_text(option: str) -> str:
    """What the model scores: the option after one space, so that its first token is a word's."""
    return f" {option}"

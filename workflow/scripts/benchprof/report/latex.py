"""Text in LaTeX and BibTeX."""

from __future__ import annotations

# What LaTeX would take for its own.
ESCAPES = str.maketrans(
    {"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
     "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}",
     "<": r"$<$", ">": r"$>$", "†": r"\textdagger{}"}
)  # fmt: skip


def escaped(text: str) -> str:
    """A text that LaTeX prints as it is."""
    return text.translate(ESCAPES)

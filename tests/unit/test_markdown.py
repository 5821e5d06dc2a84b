"""Tables of Markdown hold texts as they are."""

from __future__ import annotations

from benchprof.markdown import plain, table


def test_a_bar_ends_no_cell() -> None:
    assert table(["a", "b"], [["1|2", ""]], ":-:") == ["| a | b |", "| --- | :-: |", r"| 1\|2 |  |"]


def test_a_stranger_s_text_is_no_markup() -> None:
    said = plain("x\n\n## By ability\n<img src=a>\x1b [b](c) `d` \\")
    assert said == r"x \#\# By ability \<img src=a\> \[b\](c) \`d\` \\"

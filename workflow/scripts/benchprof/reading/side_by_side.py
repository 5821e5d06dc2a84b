"""Answers side by side: a Markdown page of the items on which ablated models differ most."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from benchprof.plain_text import without_controls
from benchprof.reading.answer import Answer
from benchprof.reading.question import Question

# Items of a page that a person reads; the table has all.
MOST = 20
# Characters: of a prompt its end counts, which is the question behind the few-shot examples.
PROMPT_END = 1500


def side_by_side(
    title: str, questions: Sequence[Question], answers: Mapping[str, Sequence[Answer]]
) -> str:
    """The page.

    Args:
        title: of the page.
        questions: of a benchmark.
        answers: by the name of the ablation, of the intact model first.
    """
    intact, *ablated = answers.values()
    turned = [
        sum(own[place].right != intact[place].right for own in ablated)
        for place in range(len(questions))
    ]
    most = sorted(range(len(questions)), key=lambda place: (-turned[place], place))[:MOST]
    lines = [
        f"# {title}",
        "",
        f"{len(most)} of {len(questions)} items, those that most ablations turned from right to "
        "wrong or back, in the order of the data. Ablations with the same answer stand together.",
    ]
    for place in sorted(most):
        own = {name: given[place] for name, given in answers.items()}
        lines += _item(questions[place], own, turned[place])
    return "\n".join(lines) + "\n"


def _item(question: Question, answers: Mapping[str, Answer], turned: int) -> Iterator[str]:
    yield from ("", f"## {question.task}, item {question.index}", "")
    yield f"Turned by {turned} of {len(answers) - 1} ablations."
    prompt = question.prompt
    cut = f"[...]{prompt[-PROMPT_END:]}" if len(prompt) > PROMPT_END else prompt
    yield from ("", "Asked:", "", *_fenced(cut))
    if question.choices:
        yield from ("", "To choose from:", "", *_fenced("\n".join(question.choices)))
    yield from ("", "Expected:", "", *_fenced(question.expected))
    by_answer: dict[Answer, list[str]] = {}
    for name, answer in answers.items():
        by_answer.setdefault(answer, []).append(name)
    for answer, names in by_answer.items():
        verdict = "" if answer.right is None else " (right)" if answer.right else " (wrong)"
        yield from ("", f"{', '.join(f'`{name}`' for name in names)}{verdict}:", "")
        yield from _fenced(answer.text)


def _fenced(text: str) -> Iterator[str]:
    """A block of text as it is: its fence is longer than any run of backticks in it.

    Characters that a terminal would obey are left out.
    """
    text = without_controls(text)
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}text", text, fence)

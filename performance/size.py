"""Print how large the project is: python performance/size.py

Code lines are those that hold a token of code: no docstrings, comments or blank lines.
"""

from __future__ import annotations

import ast
import io
import re
import subprocess
import tokenize
from pathlib import Path

LIBRARY = "workflow/scripts/benchprof/"
NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
           tokenize.ENDMARKER}  # fmt: skip


def code_lines(source: str) -> int:
    """Return the number of code lines of a Python module."""
    documented: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if ast.get_docstring(node) is not None and first is not None:
                documented |= {*range(first.lineno, (first.end_lineno or first.lineno) + 1)}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            lines |= {*range(token.start[0], token.end[0] + 1)}
    return len(lines - documented)


def main() -> None:
    """Print the table."""
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True)
    files = [Path(name) for name in listed.stdout.splitlines() if Path(name).is_file()]
    lines = {file: code_lines(file.read_text("utf-8")) for file in files if file.suffix == ".py"}
    tests = sum(number for file, number in lines.items() if file.parts[0] == "tests")
    page = Path("docs/reference/configuration.md")
    keys = re.findall(r"^\| `[a-z_.]+` \|", page.read_text("utf-8"), re.MULTILINE)
    table = {
        "code lines outside tests": sum(lines.values()) - tests,
        "modules of the library": sum(str(file).startswith(LIBRARY) for file in lines),
        "code lines of tests": tests,
        "keys of the configuration, in each form": len(keys),
        "YAML files in config/": sum(file.match("config/*.yaml") for file in files),
        "lines of config.yaml": len(Path("config.yaml").read_text("utf-8").splitlines()),
        "MB of tracked files": round(sum(file.stat().st_size for file in files) / 1e6, 1),
    }
    for name, value in table.items():
        print(f"| {name} | {value:,} |")


if __name__ == "__main__":
    main()

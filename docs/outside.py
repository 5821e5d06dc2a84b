"""A hook of MkDocs: links from the pages to the project's other files become their paths.

The site holds the pages alone, so that such a link would lead nowhere. A link to a file that does
not exist stays as it is, and fails the strict build.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

LINK = re.compile(r"\[([^\]]*)\]\(((?:\.\./)+[^)#\s]+)(?:#[^)\s]*)?\)")


def on_page_markdown(markdown: str, page: Any, config: Any, **_: Any) -> str:
    """Return the page with every link to an existing file outside docs/ replaced by its path."""
    pages = Path(config.docs_dir)

    def told(link: re.Match[str]) -> str:
        label, target = link.groups()
        path = Path(os.path.normpath(Path(page.file.abs_src_path).parent / target))
        if path.is_relative_to(pages) or not path.exists():
            return link[0]
        name = path.relative_to(pages.parent).as_posix()
        return f"`{name}`" if name.endswith(label.strip("`")) else f"{label} (`{name}`)"

    return LINK.sub(told, markdown)

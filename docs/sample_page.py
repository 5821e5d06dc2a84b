"""Makes docs/sample_page.html of a run's report page: pictures of 32 colours, no tables to save.

    python docs/sample_page.py FOLDER/results docs/sample_page.html

The page of a run of `config/demo.yaml` without its `selections` takes 2 MB, most of it drawings and
tables to save; the copy has the same text in less than one.
"""

from __future__ import annotations

import base64
import io
import re
import sys
from pathlib import Path

from PIL import Image

WIDTH = 1050
COLOURS = 32
DRAWING = re.compile(r"data:image/svg\+xml;base64,[\w+/=]+")
TABLES = re.compile(r'<section id="tables".*?</section>|<a href="#tables">Tables</a>', re.DOTALL)


def sample_page(results: Path) -> str:
    """The report page of `results`, each drawing in the place of its SVG as a small PNG."""
    drawings = {embedded(svg): svg for svg in results.rglob("*.svg")}
    page = (results / "report.html").read_text("utf-8")
    return TABLES.sub("", DRAWING.sub(lambda found: small_picture(drawings[found[0]]), page))


def embedded(svg: Path) -> str:
    """The address under which the page has the drawing."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.read_bytes()).decode()}"


def small_picture(svg: Path) -> str:
    """The address of the PNG that the run wrote beside the drawing, made smaller."""
    image = Image.open(svg.parent / f"{svg.name.removesuffix('.svg')}.png").convert("RGB")
    size = (WIDTH, round(image.height * WIDTH / image.width))
    small = io.BytesIO()
    image.resize(size, Image.Resampling.LANCZOS).quantize(COLOURS).save(small, "PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(small.getvalue()).decode()}"


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(sample_page(Path(sys.argv[1])), "utf-8")

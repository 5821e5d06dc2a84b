"""What a figure shows after its layout, and whether all of it can be read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text


def drawn(figure: Figure) -> list[Text]:
    """Every visible text of the figure after its layout."""
    FigureCanvasAgg(figure).draw()
    # Ticks beyond an axis's limits, or of axes that are off, exist but are not drawn.
    beyond = {
        label
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in (*axis.get_major_ticks(), *axis.get_minor_ticks())
        for label in (tick.label1, tick.label2)
        if not axes.axison
        or not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    texts = figure.findobj(lambda artist: isinstance(artist, Text) and artist.get_text().strip())
    return [text for text in texts if text.get_visible() and text not in beyond]


def assert_legible(figure: Figure) -> Sequence[Text]:
    texts = drawn(figure)
    boxes = [(t, t.get_window_extent()) for t in texts]
    width, height = figure.canvas.get_width_height()
    for text, box in boxes:
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        assert inside, f"cut: {text.get_text()!r}"
        assert text.get_fontsize() >= 6, text.get_text()
    for (one, first), (other, second) in combinations(boxes, 2):
        # Half a pixel: boxes of text are padded.
        apart = (
            first.x1 <= second.x0 + 0.5 or second.x1 <= first.x0 + 0.5
            or first.y1 <= second.y0 + 0.5 or second.y1 <= first.y0 + 0.5
        )  # fmt: skip
        assert apart, f"overlap: {one.get_text()!r}, {other.get_text()!r}"
    return texts

"""Draws series as a PNG: requests, failures and latency below each other on one axis of time.

Matplotlib is imported only once something is drawn: a bot that draws nothing does without its
memory. The figure is made without ``pyplot``, whose state all threads would share.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.plots.series import LATENCY_SECONDS, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH_PX, HEIGHT_PX, DOTS_PER_INCH = 1000, 700, 100
POINTS = 17  # of the letters: shown a third as large on a phone, they can still be read
LETTER_PX = POINTS * DOTS_PER_INCH / 72 * 0.62  # a letter's usual width
OLD, NEW = "#0072b2", "#e69f00"  # blue and orange: told apart by all kinds of sight
INK, GRID = "#222222", "#dddddd"
TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300)  # seconds
MOST_TICKS = 6
LABEL_ROWS = 4  # as many as there are moments
ROW_HEIGHT = POINTS * 1.45 * DOTS_PER_INCH / 72 / HEIGHT_PX  # in parts of the picture
LEFT, RIGHT, BOTTOM, TOP = 0.115, 0.945, 0.085, 0.915  # of what is below the title


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A moment's name, and where it stands."""

    name: str
    second: float
    left_px: float
    row: int  # counted upwards


def draw(shown: Series, moments: Mapping[str, datetime], *, title: str, description: str) -> bytes:
    """Return the PNG. *moments* are named as they are labelled; *description* is kept in it."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    size = (WIDTH_PX / DOTS_PER_INCH, HEIGHT_PX / DOTS_PER_INCH)
    figure = Figure(figsize=size, dpi=DOTS_PER_INCH, facecolor="white")
    FigureCanvasAgg(figure)
    labels = _labels(shown, moments)
    top = TOP - ROW_HEIGHT * (1 + max((label.row for label in labels), default=0))
    requests, failed, latency = figure.subplots(3, sharex=True, height_ratios=(5, 3, 4))
    figure.subplots_adjust(left=LEFT, right=RIGHT, bottom=BOTTOM, top=top, hspace=0.12)
    _stack(requests, shown.seconds, shown.old, shown.new, name="requests / s")
    _stack(failed, shown.seconds, shown.failed_old, shown.failed_new, name="failed / s")
    _lines(latency, shown)
    requests.legend(loc="upper left", ncols=2, fontsize=POINTS, frameon=False, borderpad=0.1)
    latency.legend(loc="upper left", ncols=2, fontsize=POINTS, frameon=False, borderpad=0.1)
    for axes in (requests, failed, latency):
        _plain(axes)
        for label in labels:
            axes.axvline(label.second, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    for label in labels:
        height = top + 0.008 + label.row * ROW_HEIGHT
        figure.text(label.left_px / WIDTH_PX, height, label.name, fontsize=POINTS, color=INK)
    _time(latency, shown.seconds)
    figure.suptitle(title, x=0.01, y=0.985, ha="left", fontsize=POINTS + 2, fontweight="bold")
    file = io.BytesIO()
    figure.savefig(file, format="png", metadata={"Title": title, "Description": description})
    return file.getvalue()


def _stack(
    axes: "Axes", seconds: Sequence[int], old: Sequence[int], new: Sequence[int], *, name: str
) -> None:
    """Draw two sides on top of each other, each second as wide as it was."""
    edges = [*seconds, seconds[-1] + 1]
    low = [*old, old[-1]]
    high = [before + after for before, after in zip(low, [*new, new[-1]], strict=True)]
    axes.fill_between(edges, low, step="post", color=OLD, linewidth=0, label="old")
    axes.fill_between(edges, low, high, step="post", color=NEW, linewidth=0, label="new")
    axes.set_ylim(0, max(1.0, max(high) * 1.4))
    axes.set_ylabel(name, fontsize=POINTS, color=INK)
    if not any(high):
        axes.text(0.02, 0.72, "none", transform=axes.transAxes, fontsize=POINTS, color=INK)


def _lines(axes: "Axes", shown: Series) -> None:
    """Draw how long answers took; a second without any is a gap."""
    middles = [second + 0.5 for second in shown.seconds]
    nothing = float("nan")
    for name, values, style in (("p95", shown.p95_ms, "--"), ("p50", shown.p50_ms, "-")):
        heights = [nothing if value is None else float(value) for value in values]
        name = f"{name} of {LATENCY_SECONDS} s"
        axes.plot(middles, heights, style, color=INK, linewidth=1.6, marker=".", markersize=3,
                  label=name)  # fmt: skip
    highest = max((value for value in shown.p95_ms if value is not None), default=0)
    axes.set_ylim(0, max(1.0, highest * 1.5))
    axes.set_ylabel("ms", fontsize=POINTS, color=INK)


def _plain(axes: "Axes") -> None:
    from matplotlib.ticker import MaxNLocator

    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    axes.tick_params(labelsize=POINTS, colors=INK)
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def _time(axes: "Axes", seconds: Sequence[int]) -> None:
    from matplotlib.ticker import FuncFormatter, MultipleLocator

    length = len(seconds)
    axes.set_xlim(seconds[0], seconds[-1] + 1)
    step = next((each for each in TICKS if length / each <= MOST_TICKS), TICKS[-1])
    axes.xaxis.set_major_locator(MultipleLocator(step))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda second, _: f"{_utc(second):%H:%M:%S}"))


def _labels(shown: Series, moments: Mapping[str, datetime]) -> list[Label]:
    """Place the moments' names above the panels, in more rows where they are close together."""
    first, last = shown.seconds[0], shown.seconds[-1] + 1
    px_per_second = WIDTH_PX * (RIGHT - LEFT) / (last - first)
    taken = [0.0] * LABEL_ROWS  # up to where there are names
    placed = []
    for name, at in sorted(moments.items(), key=lambda moment: moment[1]):
        second = at.timestamp()
        if not first <= second <= last:
            continue
        width_px = (len(name) + 1) * LETTER_PX
        line_px = WIDTH_PX * LEFT + (second - first) * px_per_second
        left_px = min(line_px, WIDTH_PX - width_px)
        row = next((row for row, end in enumerate(taken) if end <= left_px), LABEL_ROWS - 1)
        taken[row] = left_px + width_px
        placed.append(Label(name=name, second=second, left_px=left_px, row=row))
    return placed


def _utc(second: float) -> datetime:
    return datetime.fromtimestamp(second, UTC)

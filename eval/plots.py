"""The pictures of the report, as SVG: drawn by matplotlib, in colours that can be told apart, on no background of their own."""

import io
from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from sklearn.metrics import ConfusionMatrixDisplay, confusion_matrix

INK, BLUE, ORANGE, GREY = "#334155", "#2563eb", "#d97706", "#94a3b8"
matplotlib.rcParams.update(
    {"svg.fonttype": "none", "svg.hashsalt": "viva", "font.size": 9, "axes.edgecolor": GREY, "axes.labelcolor": INK,
     "text.color": INK, "xtick.color": INK, "ytick.color": INK, "axes.spines.top": False, "axes.spines.right": False}
)  # fmt: skip


def confusion(labels: Sequence[str], found: Sequence[str], rows: Sequence[str], columns: Sequence[str]) -> str:
    """How often what label became what verdict: counts, coloured by the share of the label's row."""
    canvas, axes = _canvas(4.6, 3.4)
    every = [*dict.fromkeys((*rows, *columns))]
    counts = confusion_matrix(labels, found, labels=every)
    counts = counts[[every.index(r) for r in rows]][:, [every.index(c) for c in columns]]
    shares = counts / np.maximum(1, counts.sum(1, keepdims=True))
    display = ConfusionMatrixDisplay(shares)
    display.plot(ax=axes, cmap="Blues", colorbar=False, include_values=False)
    display.im_.set_clim(0, 1)  # type: ignore[union-attr]
    for i, j in np.ndindex(*counts.shape):
        axes.text(j, i, str(counts[i, j]), ha="center", va="center", color="white" if shares[i, j] > 0.5 else INK)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.set(xlabel="verdict", ylabel="label")
    return _svg(canvas)


def reliability(series: Mapping[str, tuple[np.ndarray, np.ndarray, np.ndarray]]) -> str:
    """For each series (share right, mean confidence, how many): what a confidence is worth."""
    canvas, axes = _canvas(3.8, 3.4)
    axes.plot([0, 1], [0, 1], color=GREY, linestyle=":", label="as sure as right")
    for (name, (shares, means, counts)), color in zip(series.items(), (BLUE, ORANGE), strict=False):
        axes.plot(means, shares, color=color, label=name)
        axes.scatter(means, shares, s=6 + 120 * counts / counts.max(), color=color, alpha=0.5)
    axes.set(xlabel="confidence", ylabel="share that is right", xlim=(0, 1), ylim=(0, 1))
    axes.legend(frameon=False)
    return _svg(canvas)


def coverage(series: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> str:
    """For each series (right, confidence of each verdict): how right the surest so many are."""
    canvas, axes = _canvas(3.8, 3.4)
    for (name, (right, confidence)), color in zip(series.items(), (BLUE, ORANGE), strict=False):
        ordered = right[np.argsort(-confidence, kind="stable")]
        counts = np.arange(1, len(ordered) + 1)
        axes.plot(counts / len(ordered), 1 - np.cumsum(ordered) / counts, color=color, label=name)
    axes.set(xlabel="share of verdicts given", ylabel="share of these that is wrong", xlim=(0, 1), ylim=(0, None))
    axes.legend(frameon=False)
    return _svg(canvas)


def by_group(series: Mapping[str, Mapping[str, Sequence[float]]], label: str, limits: tuple[float, float] | None = None) -> str:
    """For each series, and within it each group: every value as a dot, and the mean as a line."""
    groups = [*dict.fromkeys(name for values in series.values() for name in values)]
    canvas, axes = _canvas(1.6 + 0.62 * len(groups), 3.4)
    rng, width = np.random.default_rng(0), 0.8 / len(series)
    for index, ((name, values), color) in enumerate(zip(series.items(), (BLUE, ORANGE, GREY), strict=False)):
        for place, group in enumerate(groups):
            dots = np.array(values.get(group, ()), dtype=float)
            if not len(dots):
                continue
            middle = place + (index - (len(series) - 1) / 2) * width
            axes.scatter(middle + rng.uniform(-width / 3, width / 3, len(dots)), dots, s=7, color=color, alpha=0.35, linewidths=0)
            axes.plot([middle - width / 2.4, middle + width / 2.4], [dots.mean()] * 2, color=color, label=name, linewidth=2)
            name = "_"  # one line for each series in the legend
    axes.set_xticks(range(len(groups)), [group.replace("_", " ") for group in groups], rotation=30, ha="right")
    axes.set_ylabel(label)
    if limits:
        axes.set_ylim(*limits)
    if len(series) > 1:
        axes.legend(frameon=False, loc="upper right")
    return _svg(canvas)


def bars(values: Mapping[str, float], label: str, spans: Mapping[str, tuple[float, float]] | None = None) -> str:
    """A bar for each name, with the interval where there is one."""
    canvas, axes = _canvas(5.2, 0.6 + 0.3 * len(values))
    names = [*values][::-1]
    axes.barh(names, [values[name] for name in names], color=BLUE, height=0.6)
    for place, name in enumerate(names):
        if spans and name in spans:
            axes.plot(spans[name], [place, place], color=INK, linewidth=1.5)
    axes.set_xlabel(label)
    return _svg(canvas)


def _canvas(width: float, height: float) -> tuple[Canvas, Axes]:
    canvas = Canvas(figsize=(width, height), layout="constrained")
    return canvas, canvas.subplots()


def _svg(canvas: Canvas) -> str:
    buffer = io.StringIO()
    canvas.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    return text[text.index("<svg") :]

"""The losses over the steps as a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from livestyle.sinks.snapshot import write_png
from training.drawing import blank, drawn


class Curve:
    """Collects the terms of every step of every size.

    Attributes:
        stages: for each size its name and, by term, the values from its start on.
    """

    def __init__(self) -> None:
        self.stages: list[tuple[str, dict[str, list[float]]]] = []

    def add(self, stage: str, terms: Mapping[str, float]) -> None:
        """One more step; a new name of the stage begins a new panel."""
        if not self.stages or self.stages[-1][0] != stage:
            self.stages.append((stage, {}))
        values = self.stages[-1][1]
        for name, value in terms.items():
            values.setdefault(name, []).append(value)

    def write(self, path: Path, *, overwrite: bool = False) -> None:
        """Draws a PNG with a panel for each size, losses on a logarithmic scale.

        Raises:
            OutputError: it cannot be written.
        """
        count = max(1, len(self.stages))
        figure = blank(6.4 * count + 1.4, 4.8)
        panels = figure.subplots(1, count, squeeze=False)[0]
        for panel, (stage, terms) in zip(panels, self.stages, strict=False):
            for i, (name, values) in enumerate(terms.items()):
                if _drawable(values):
                    wide = 2.0 if name == "total" else 1.0
                    thin = ":" if " " in name else "-"
                    panel.plot(
                        values, thin, color=f"C{i % 10}", linewidth=wide, label=name
                    )
            panel.set(title=stage, xlabel="step", ylabel="loss", yscale="log")
            panel.grid(alpha=0.3)
        # Beside the panels, as curves run through every corner of them.
        lines, names = panels[-1].get_legend_handles_labels()
        figure.legend(lines, names, loc="outside right upper", fontsize="x-small")
        write_png(path, drawn(figure), overwrite=overwrite)


def _drawable(values: Sequence[float]) -> bool:
    return any(value > 0 for value in values)

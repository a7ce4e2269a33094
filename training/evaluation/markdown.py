"""The report as a page for people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from training.evaluation.beside import as_section
from training.evaluation.flicker import Flicker
from training.evaluation.report import Report, StyleReport
from training.evaluation.spectrum import DIRTY, SEEN
from training.evaluation.table import table


def as_markdown(report: Report, figures: Sequence[tuple[str, str]]) -> str:
    """Writes the page.

    Args:
        report: what was found.
        figures: file name and caption of each.
    """
    parts = [
        _head(report),
        _summary(report),
        _distances(report),
        *([_yardstick(report)] if report.marks else []),
        _grid(report),
        _flicker(report),
        _speed(report),
        _parity(report),
        *([as_section(report.variants)] if report.variants else []),
        *(f"![{caption}]({name})\n\n{caption}" for name, caption in figures),
        _machine(report),
    ]
    return "\n\n".join(parts) + "\n"


def _head(report: Report) -> str:
    model = report.model
    kept = (
        "fits by this recipe leave out"
        if report.held_out
        else "**fits see as well**, the folder being too small to be split"
    )
    broken = (
        f" Passed over, because they cannot be read: {', '.join(report.broken)}."
        if report.broken
        else ""
    )
    side = report.settings["size"]
    return (
        f"# {model['name']}\n\n"
        f"`{model['file']}`, {model['megabytes']:.2f} MB, "
        f"network `{model['network']}`, {len(report.styles)} styles, "
        f"SHA-256 `{model['sha256'][:16]}`. {model['trained_on']}.\n\n"
        f"Judged by recipe `{report.recipe['name']}` on photographs that "
        f"{kept}: {len(report.pictures)} of {side}x{side} px.{broken}"
    )


def _summary(report: Report) -> str:
    heads = [
        "style",
        "loss, of the photograph's",
        "grid, decades",
        "grain",
        "still flicker",
    ]
    if report.clips:
        heads.append("moving flicker")
    if report.marks:
        heads.insert(2, "stands at step")
    rows = []
    for name, style in report.styles.items():
        loss = style.painter("total") / style.photograph("total")
        row = [name, f"{loss:.0%}", f"{style.grid['painter']:.2f}"]
        row.append(f"{style.grain['painter']:.1f}")
        row.append(_times_source(report.still, name))
        if report.clips:
            row.append(_times_clips(report.clips.values(), name))
        if report.marks:
            row.insert(2, _stands(style, report.marks[-1]))
        rows.append(row)
    return "## In short\n\n" + table(heads, rows)


def _distances(report: Report) -> str:
    rows = []
    for name, style in report.styles.items():
        cells = [style.painter(t) for t in ("content", "style", "total")]
        before = [style.photograph(t) for t in ("style", "total")]
        share = cells[1] / before[0]
        rows.append([name, *map(_number, (*cells, *before)), f"{share:.0%}"])
    heads = ["style", "content", "style loss", "total"]
    heads += ["photograph: style loss", "total", "style loss left"]
    weights = ", ".join(
        f"{key.removesuffix('_weight')} {value:g}"
        for key, value in report.recipe["weights"].items()
    )
    return (
        "## Distance from photograph and painting\n\n"
        f"Means over the photographs. `content`, at {_layers(report, 'content')}, is "
        "relative to the photograph's features (the photograph itself has 0, a picture "
        f"without any has 1), `style loss`, over {_layers(report, 'style')}, to the "
        f"painting's Gram matrices. `total` is their weighted sum ({weights}), the "
        "same for all painters, whatever else they are fitted by.\n\n"
        + table(heads, rows)
    )


def _layers(report: Report, kind: str) -> str:
    return ", ".join(report.recipe[f"{kind}_layers"])


def _yardstick(report: Report) -> str:
    tables = []
    for name, style in report.styles.items():
        whole = style.photograph("total")
        rows = [
            [
                "noise" if step == 0 else f"step {step}",
                *(_number(style.optimisation(step, t)) for t in ("content", "style")),
                _number(style.optimisation(step, "total")),
                f"{style.optimisation(step, 'total') / whole:.0%}",
            ]
            for step in (0, *report.marks)
        ]
        own = [style.painter(t) for t in ("content", "style", "total")]
        rows.append(["**painter**", *map(_number, own), f"{own[2] / whole:.0%}"])
        steps = _stands(style, report.marks[-1])
        heads = ["", "content", "style loss", "total", "of the photograph's total"]
        tables.append(
            f"### {name}: the painter stands at step {steps}\n\n" + table(heads, rows)
        )
    return (
        "## Against the optimisation method\n\n"
        "Gatys et al. 2016 from white noise, L-BFGS, by the same terms on the same "
        "pictures, as in the table of Johnson et al. 2016. The painter stands at the "
        "first step whose total is not above its own; given are the median over the "
        "photographs, least and greatest. The method's pictures may leave the range of "
        "0..255 until they are shown; the painter's are whole levels.\n\n"
        + "\n\n".join(tables)
    )


def _grid(report: Report) -> str:
    kinds = ["painter", "photograph", "painting"]
    if report.marks:
        kinds.append("optimisation")
    rows = [
        [name]
        + [f"{style.grid[kind]:.2f}" for kind in kinds]
        + [f"{style.grain[kind]:.1f}" for kind in kinds]
        for name, style in report.styles.items()
    ]
    heads = ["style", *(f"grid: {kinds[0]}", *kinds[1:])]
    heads += [f"grain: {kinds[0]}", *kinds[1:]]
    return (
        "## Grid and grain\n\n"
        "How far the periods of 8, 4, 8/3 and 2 px stand out of the spectrum, in "
        "decades: about 0 for paintings and photographs, from "
        f"{SEEN} up one sees it. Then the grain: colour finer than 4 px, or "
        f"brightness finer than 2.2, rms in grey levels of 255; from {DIRTY} up it "
        "looks like dirt.\n\n" + table(heads, rows)
    )


def _flicker(report: Report) -> str:
    still, names = report.still, list(report.styles)
    noise = report.settings["noise"]
    rows = [_flicker_row("a still scene", still, names)]
    rows += [_flicker_row(n, f, names) for n, f in report.clips.items()]
    return (
        "## Flicker\n\n"
        "Mean difference between neighbouring frames in grey levels of 255, of the "
        "input and of the pastiches, and how many times the input's that is. In the "
        f"still scene each frame has sensor noise of its own ({noise:g} levels, "
        "standard deviation). In clips the frame before is moved along with the clip's "
        "own motion first (warping error); what was hidden does not count.\n\n"
        + table(["", "pairs", "compared", "input", *names], rows)
    )


def _flicker_row(what: str, flicker: Flicker, names: Iterable[str]) -> list[str]:
    cells = [f"{flicker.painted[n]:.2f} ({_times_source(flicker, n)})" for n in names]
    counts = [f"{flicker.compared}", f"{flicker.seen:.0%}"]
    return [what, *counts, f"{flicker.source:.2f}", *cells]


def _speed(report: Report) -> str:
    if report.speed is None:
        return "## Speed\n\nNot measured."
    speed = report.speed
    rows = [
        [name, f"{t.median_ms:.1f}", f"{t.min_ms:.1f}", f"{t.p95_ms:.1f}", f"{t.runs}"]
        for name, t in (("painter", speed.painter), ("Johnson 2016", speed.johnson))
    ]
    return (
        "## Speed\n\n"
        f"A frame of {speed.size} through ONNX Runtime's CPU provider, {speed.threads} "
        "threads, conversions included, taking turns with the network of Johnson et "
        f"al. 2016. **The painter is {speed.ratio} times as fast** by the medians.\n\n"
        + table(["", "median ms", "fastest", "95 %", "runs"], rows)
    )


def _parity(report: Report) -> str:
    parity = report.parity
    if parity is None:
        text = "Not checked: no run was given with --run."
    elif parity.agrees:
        text = (
            f"Every style and the identity at {' and '.join(parity.sizes)}: the file "
            f"and the fitted network (step {parity.step}) differ by at most "
            f"{parity.worst:g} of 255 grey levels at any pixel; {parity.tolerance} are "
            "allowed."
        )
    else:
        text = f"**The file does not paint like the fitted network:** {parity.why}."
    return f"## Parity of the export\n\n{text}"


def _machine(report: Report) -> str:
    m = report.machine
    packages = ", ".join(f"{n} {v}" for n, v in m["packages"].items() if v)
    return (
        f"Measured {m['date']} on {m['cpu']}, {m['cores']} cores, {m['system']}, "
        f"Python {m['python']}, {packages}; code at {m['commit'] or 'unknown'}."
    )


def _stands(style: StyleReport, last: int) -> str:
    least, middle, most = style.stands_at
    if least == most:
        return _step(middle, last)
    return f"{_step(middle, last)} ({_step(least, last)} to {_step(most, last)})"


def _step(step: float, last: int) -> str:
    return f"above {last}" if math.isinf(step) else f"{step:.0f}"


def _times_source(flicker: Flicker, name: str) -> str:
    if flicker.source == 0:
        return "input still"
    return f"x {flicker.painted[name] / flicker.source:.1f}"


def _times_clips(clips: Iterable[Flicker], name: str) -> str:
    """The mean over clips in which something changes."""
    times = [clip.painted[name] / clip.source for clip in clips if clip.source > 0]
    return f"x {sum(times) / len(times):.1f}" if times else "input still"


def _number(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 100 else f"{value:.0f}"

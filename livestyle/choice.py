"""Opens a painter in the precision that was asked for, or in the fastest one here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from livestyle.contract import PRECISIONS
from livestyle.errors import LivestyleError, ModelError, SettingsError
from livestyle.model import Painter, read_about
from livestyle.providers import may_be_accelerated
from livestyle.remembered import keep, recall
from livestyle.trial import fastest, trial
from livestyle.variants import (
    PLAIN,
    About,
    named_precision,
    variant_path,
    variants_of,
    why_not,
)

# Providers of hardware that computes faster in halves.
HALF = ("cuda", "tensorrt", "directml", "coreml")

Files = Mapping[str, About]  # by precision


def open_painter(
    path: Path,
    *,
    provider: str = "auto",
    threads: int = 0,
    precision: str = "auto",
) -> Painter:
    """Opens a painter; `painter.provider` says what was chosen, and by what figures.

    "auto" takes float16 on hardware that is made for it. On a CPU, float32 and int8 are
    each timed for a moment; what came out is remembered in this person's cache.

    Args:
        path: of the float32 file, beside which its variants lie, or of a variant.
        provider: "auto", or the name of an execution provider.
        threads: CPU threads to use, 0 for ONNX Runtime's own choice.
        precision: "auto", or one of `PRECISIONS`.

    Raises:
        SettingsError: there is no such precision.
        ModelError: a file is missing or not a painter, or the variant that was asked
            for by name is one of another painter.
        ProviderError: the provider was asked for by name and cannot be used.
    """
    if precision == "auto":
        return _open_auto(path, provider, threads)
    if precision not in PRECISIONS:
        raise SettingsError(
            f"there is no precision '{precision}'",
            hint=f"There are auto, {', '.join(PRECISIONS)}.",
        )
    file = path
    if precision not in (PLAIN, named_precision(path)):
        file = _require_variant(path, precision)
    painter = Painter(file, provider=provider, threads=threads)
    if painter.about.precision != precision:
        raise ModelError(
            f"{file} is of precision {painter.about.precision}, not {precision}",
            hint="Give the painter's float32 file with --model, or another "
            "--precision.",
        )
    return painter


def reopen_painter(
    path: Path, provider: str, *, threads: int = 0, precision: str = "auto"
) -> Painter:
    """Opens a painter in the middle of a run, on the provider that takes over.

    "auto" is the file as it was named: this is no moment for trying things out.

    Raises:
        ModelError, ProviderError: as `open_painter` does.
    """
    if precision == "auto":
        return Painter(path, provider=provider, threads=threads)
    return open_painter(path, provider=provider, threads=threads, precision=precision)


def usable(path: Path) -> tuple[dict[str, About], list[str]]:
    """The files that a painter can run from.

    Args:
        path: of any painter.

    Returns:
        Those files by precision, the painter's own first; and for each file that is
        named as its variant and is none, the reason.

    Raises:
        ModelError: the painter itself cannot be read.
    """
    plain = read_about(path)
    found, notes = {plain.precision: plain}, []
    others = variants_of(path) if plain.precision == PLAIN else {}
    for precision, file in others.items():
        try:
            about = read_about(file)
            reason = why_not(about, plain)
        except ModelError as error:
            reason = error.message
        if reason:
            notes.append(f"{file.name} is left alone: {reason}")
        else:
            found[precision] = about
    return found, notes


def on_cpu(files: Files) -> Files:
    """Those of some files that a CPU chooses from; halves are for GPUs."""
    return {p: files[p] for p in (PLAIN, "int8") if p in files}


def measured(files: Files, threads: int) -> tuple[str, str] | None:
    """What a CPU was found to be fastest with, and by what figures, if it was tried."""
    ms = recall(files.values(), threads) if len(files) > 1 else None
    return None if ms is None else (fastest(ms), _in_words(ms))


def _require_variant(path: Path, precision: str) -> Path:
    file = variant_path(path, precision)
    advice = (
        f"Make it with 'python -m training variants {path.name} --photos FOLDER', or "
        "use --precision auto."
    )
    if not file.is_file():
        raise ModelError(f"there is no {file} of precision {precision}", hint=advice)
    if reason := why_not(read_about(file), read_about(path)):
        raise ModelError(f"{file} cannot be used: {reason}", hint=advice)
    return file


def _open_auto(path: Path, provider: str, threads: int) -> Painter:
    if not variants_of(path):
        return Painter(path, provider=provider, threads=threads)
    files, notes = usable(path)
    if len(files) == 1:
        return _with_notes(Painter(path, provider=provider, threads=threads), notes)
    if may_be_accelerated(provider):
        painter = _accelerated(files, notes, provider, threads)
        if painter.provider.name != "cpu":
            return _with_notes(painter, notes)
        # What was tried in vain is not tried again.
        provider, notes = "cpu", [*notes, *painter.provider.notes]
    return _with_notes(_on_cpu(on_cpu(files), notes, provider, threads), notes)


def _accelerated(
    files: Files, notes: list[str], provider: str, threads: int
) -> Painter:
    """In halves where they pay; whatever is wrong with them, float32 answers."""
    if "float16" in files:
        try:
            half = Painter(files["float16"].path, provider=provider, threads=threads)
        except LivestyleError as error:
            notes.append(f"float16: {error.message}")
        else:
            if half.provider.name in HALF:
                return half
    return Painter(files[PLAIN].path, provider=provider, threads=threads)


def _on_cpu(files: Files, notes: list[str], provider: str, threads: int) -> Painter:
    """In float32 or int8, whichever is faster here."""
    if known := measured(files, threads):
        precision, words = known
        notes.append(words)
        return Painter(files[precision].path, provider=provider, threads=threads)
    painters: dict[str, Painter] = {}
    for precision, about in files.items():
        try:
            painter = Painter(about.path, provider=provider, threads=threads)
        except ModelError as error:
            if precision == PLAIN:
                raise
            notes.append(f"{precision}: {error.message}")
        else:
            painters[precision] = painter
    if len(painters) == 1:
        return painters[PLAIN]
    ms = trial(painters)
    keep(files.values(), threads, ms)
    notes.append(_in_words(ms))
    return painters[fastest(ms)]


def _in_words(ms: Mapping[str, float]) -> str:
    listed = ", ".join(f"{name} {value:.1f}" for name, value in ms.items())
    return f"ms a frame: {listed}"


def _with_notes(painter: Painter, notes: Iterable[str]) -> Painter:
    """Adds to what there is to say of the provider."""
    told = dict.fromkeys((*notes, *painter.provider.notes))
    painter.provider = replace(painter.provider, notes=tuple(told))
    return painter

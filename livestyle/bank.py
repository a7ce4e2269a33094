"""Where painters lie: those that come along with livestyle, and those of a person."""

from __future__ import annotations

from pathlib import Path

from livestyle.errors import ModelError
from livestyle.variants import PLAIN, named_precision

PACKAGE = Path(__file__).parent
# Inside the wheel the painters lie in the package, in a checkout beside it.
FOLDERS = (PACKAGE / "models", PACKAGE.parent / "models")
DEFAULT = "small"


def shipped() -> dict[str, Path]:
    """The painters that come along, by name; their variants are not counted."""
    for folder in FOLDERS:
        paths = sorted(folder.glob("*.onnx"))
        if found := [path for path in paths if named_precision(path) == PLAIN]:
            return {path.stem: path for path in found}
    return {}


def find(spec: Path | str | None = None) -> Path:
    """The painter file that somebody means.

    Args:
        spec: a path, the name of a painter that comes along, or None for the default.

    Raises:
        ModelError: there is no such painter.
    """
    known = shipped()
    if spec is None:
        if not known:
            raise ModelError(
                "this installation has no painter",
                hint="Install livestyle again, or give one with --model FILE.",
            )
        return known.get(DEFAULT) or next(iter(known.values()))
    path = Path(spec)
    # A folder of that name is more likely one of training than a painter.
    if path.suffix == ".onnx" or path.is_file():
        return path
    if str(spec) in known:
        return known[str(spec)]
    raise ModelError(
        f"there is no model '{spec}'",
        hint=f"Give an .onnx file, or one of {', '.join(known) or 'none'}.",
    )

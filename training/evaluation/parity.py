"""Whether a painter's file paints like the network that was fitted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from livestyle.errors import SettingsError
from livestyle.model import Painter
from training.checkpoint import Checkpoint
from training.export import SIZES, TOLERANCE, ParityError, check_parity


@dataclass(frozen=True)
class Parity:
    """What came out of the comparison.

    Attributes:
        agrees: whether the two agree.
        tolerance: grey levels of 255 that any pixel may differ by.
        worst: grey levels by which one does; None if they do not agree.
        sizes: of the pictures, "640x480".
        step: of the fit, that the checkpoint was saved at.
        why: what differs, in words; "" if they agree.
    """

    agrees: bool
    tolerance: int
    worst: float | None
    sizes: tuple[str, ...]
    step: int
    why: str = ""


def compare(painter: Painter, run: Path) -> Parity:
    """Compares every style and the identity with a fit's checkpoint at two sizes.

    Raises:
        SettingsError: there is no checkpoint, or it is of other styles.
    """
    checkpoint = Checkpoint.load(run)
    fitted = tuple(painting.name for painting in checkpoint.recipe.styles)
    if fitted != painter.names:
        raise SettingsError(
            f"the fit in {run} has the styles {', '.join(fitted)}, "
            f"{painter.path.name} has {', '.join(painter.names)}",
            hint="Give the run that the painter was exported from.",
        )
    sizes = tuple(f"{width}x{height}" for height, width in SIZES)
    try:
        worst = check_parity(checkpoint.build(), painter.path)
    except ParityError as error:
        why = error.message.replace("the exported file", painter.path.name)
        return Parity(False, TOLERANCE, None, sizes, checkpoint.step, why)
    return Parity(True, TOLERANCE, worst, sizes, checkpoint.step)

"""Exports a fitted painter to ONNX and proves that the file paints like the network."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from livestyle.contract import (
    CONTENT,
    MAX_SIDE,
    MIN_SIDE,
    PASTICHE,
    STYLE,
    Card,
    Style,
)
from livestyle.errors import LivestyleError, OutputError, SettingsError
from livestyle.frame import Pixels
from livestyle.model import Painter as Runtime
from training.checkpoint import Checkpoint
from training.config import Painting
from training.folding import fold
from training.nets import Painter, margins
from training.slimming import merge_slices

OPSET = 18
SIZES = ((480, 640), (338, 451))  # (height, width) that the file is compared at
TOLERANCE = 2  # grey levels of 255 between torch and ONNX Runtime, at any pixel
MEAN_TOLERANCE = 0.05  # grey levels, on average: rounding flips alone


class ParityError(LivestyleError):
    """The exported file does not paint like the network that was fitted."""


class Exported(nn.Module):
    """The painter as its file has it: frames in OpenCV's layout and range in and out.

    Colour order, range and rounding are folded into the first and last convolutions, so
    that they cost nothing at run time.
    """

    def __init__(self, painter: Painter) -> None:
        super().__init__()
        self.net = copy.deepcopy(painter.net).cpu().eval()
        fold(self.net)

    def forward(self, content: Tensor, style: Tensor) -> Tensor:
        """Shapes (H, W, 3) uint8 and (D,) float32 to (H, W, 3) uint8."""
        height, width = content.shape[:2]
        # Floats before they are padded: CUDA has no kernel that pads bytes, and a part
        # on the CPU would cost two copies a frame and forbid a CUDA graph.
        x = content.permute(2, 0, 1)[None].float()
        margin = self.net.margin
        around = margins(height, width, self.net.multiple, margin)
        x = F.pad(x, around, mode="replicate")
        x = self.net(x, style[None]).clamp(0, 255).to(torch.uint8)
        x = interleave(x, self.net.block)
        return x[margin : margin + height, margin : margin + width]


def interleave(x: Tensor, k: int) -> Tensor:
    """Blocks of k x k pixels in channels to one picture, channels last.

    Two transposes that ONNX Runtime does by copying runs of bytes; a DepthToSpace and
    one transpose over all axes cost several times as much.

    Args:
        x: shape (1, k*k*3, h, w), channels in the order (row, column, colour).
        k: side of a block.

    Returns:
        Shape (k*h, k*w, 3).
    """
    _, _, h, w = x.shape
    x = x.reshape(k, k * 3, h, w).permute(0, 2, 3, 1)
    return x.reshape(k, h, w * k * 3).permute(1, 0, 2).reshape(k * h, k * w, 3)


def export(
    checkpoint: Checkpoint, path: Path, sizes: Iterable[tuple[int, int]] = SIZES
) -> Path:
    """Writes the painter of a checkpoint as ONNX; no file is left unless it is right.

    Args:
        checkpoint: of a fit.
        path: of the file; one that is there is replaced when the new one is right.
        sizes: (height, width) to compare at, see `check_parity`.

    Raises:
        SettingsError: the checkpoint's weights are no numbers, or of another network.
        ParityError: ONNX Runtime paints otherwise than torch.
        OutputError: the file cannot be written.
    """
    painter = checkpoint.build()
    _require_numbers(painter)
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(painter, make_card(checkpoint, painter), part)
        check_parity(painter, part, sizes)
        part.replace(path)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written ({error})", hint="Choose another place."
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()
    return path


def _require_numbers(painter: Painter) -> None:
    """Refuses a diverged painter: what is no number is black here as well as there."""
    if not all(value.isfinite().all() for value in painter.state_dict().values()):
        raise SettingsError(
            "the checkpoint holds weights that are no numbers",
            hint="Fit again with half the 'rate'.",
        )


def make_card(checkpoint: Checkpoint, painter: Painter) -> Card:
    """What the file will say about itself."""
    recipe = checkpoint.recipe
    vectors = painter.embeddings.detach().cpu()
    return Card(
        name=recipe.name,
        styles=make_styles(recipe.styles, vectors[1:]),
        identity=tuple(vectors[0].double().tolist()),
        network=recipe.network,
        recipe=recipe.name,
        losses={name: round(value, 5) for name, value in _losses(checkpoint, painter)},
        trained_on=f"{checkpoint.step} steps of {recipe.batch} photographs, "
        f"{recipe.crop} px, against {recipe.loss_network.upper()}"
        + (f"; {recipe.data}" if recipe.data else ""),
        author=recipe.author,
        licence=recipe.licence,
    )


def _losses(checkpoint: Checkpoint, painter: Painter) -> Iterator[tuple[str, float]]:
    """The fit's terms; how far the identity is off, where none was fitted."""
    yield from checkpoint.terms.items()
    if checkpoint.recipe.identities == 0:
        picture = _test_picture(96, 128)
        gap = paint_with_torch(painter, picture, 0) / 255 - picture / 255
        yield "identity", float(np.square(gap).mean())


def make_styles(paintings: Sequence[Painting], vectors: Tensor) -> tuple[Style, ...]:
    """Paintings with their embeddings, of shape (paintings, D), as a card has them."""
    return tuple(
        Style(
            name=painting.name,
            title=painting.title,
            artist=painting.artist,
            year=painting.year,
            licence=painting.licence,
            source=painting.source,
            embedding=tuple(vector),
        )
        for painting, vector in zip(paintings, vectors.double().tolist(), strict=True)
    )


def _write(painter: Painter, card: Card, path: Path) -> None:
    example = torch.zeros(64, 96, 3, dtype=torch.uint8), torch.zeros(painter.dim)
    sides = {
        i: torch.export.Dim(side, min=MIN_SIDE, max=MAX_SIDE)
        for i, side in enumerate(("height", "width"))
    }
    program = torch.onnx.export(
        Exported(painter).eval(),
        example,
        input_names=[CONTENT, STYLE],
        output_names=[PASTICHE],
        dynamic_shapes=(sides, None),
        opset_version=OPSET,
        dynamo=True,
        verbose=False,
    )
    assert program is not None
    model = program.model_proto
    # The exporter derives the output's sides as formulas; they are the input's.
    for axis, side in enumerate(("height", "width")):
        model.graph.output[0].type.tensor_type.shape.dim[axis].dim_param = side
    for node in model.graph.node:
        # The exporter's traces name the folders of who exported.
        del node.metadata_props[:]
    model = merge_slices(model)
    onnx.helper.set_model_props(model, card.to_metadata())
    model.producer_name = "livestyle"
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())


def check_parity(
    painter: Painter, path: Path, sizes: Iterable[tuple[int, int]] = SIZES
) -> float:
    """Compares the file, opened as the runtime opens it, with the fitted network.

    Args:
        painter: the network, as it was fitted.
        path: the exported file.
        sizes: (height, width) of the pictures of noise and slopes to compare on.

    Returns:
        The largest difference seen, in grey levels.

    Raises:
        ParityError: it is above `TOLERANCE`, or above `MEAN_TOLERANCE` on average.
    """
    runtime = Runtime(path, provider="cpu")
    worst = 0.0
    for height, width in sizes:
        picture = _test_picture(height, width)
        for style in (*runtime.card.styles, None):
            row = 0 if style is None else runtime.card.styles.index(style) + 1
            vector = runtime.identity if style is None else style.vector()
            wanted = paint_with_torch(painter, picture, row)
            got = runtime.paint(picture, vector)
            gap = np.abs(wanted.astype(int) - got.astype(int))
            worst = max(worst, float(gap.max()))
            if gap.max() > TOLERANCE or gap.mean() > MEAN_TOLERANCE:
                raise ParityError(
                    f"at {width}x{height} the exported file differs from torch by "
                    f"{gap.max()} levels, {gap.mean():.3f} on average",
                    hint="No file was left; this is a bug in the export, report it.",
                )
    return worst


def paint_with_torch(painter: Painter, picture: Pixels, row: int) -> Pixels:
    """The reference: BGR uint8 (H, W, 3) painted by the network as it was fitted."""
    x = torch.from_numpy(picture[..., ::-1].copy()).permute(2, 0, 1)[None] / 255
    with torch.no_grad():
        y = painter(x, torch.tensor([row]))[0].clamp(0, 1)
    y = (y * 255).round().byte().permute(1, 2, 0)
    return np.ascontiguousarray(y.numpy()[..., ::-1])


def _test_picture(height: int, width: int) -> Pixels:
    rng = np.random.default_rng(0)
    slope = np.linspace(0, 255, width)[None, :, None] * np.ones((height, 1, 3))
    noise = rng.normal(0, 30, (height, width, 3))
    return np.asarray((slope + noise).clip(0, 255).astype(np.uint8))

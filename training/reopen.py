"""Reopens a painter file: from ONNX back to a network that can be fitted on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import onnx
import torch
from onnx import TensorProto, numpy_helper
from torch import Tensor

from livestyle.contract import Card
from livestyle.errors import ModelError
from livestyle.model import Painter as Runtime
from training.export import ParityError, check_parity
from training.folding import unfold
from training.nets import NETWORKS, Painter

# Of the variants that are made smaller or faster: what they hold weights in.
NARROW = {
    TensorProto.FLOAT16: "float16",
    TensorProto.BFLOAT16: "bfloat16",
    TensorProto.INT8: "int8",
    TensorProto.UINT8: "int8",
}
SIZES = ((72, 104),)  # (height, width) that file and network are compared at


@dataclass(frozen=True)
class Reopened:
    """A painter file and the network in it.

    Attributes:
        path: of the file.
        card: what it says about itself.
        model: all of it.
        painter: the network with its weights as they were fitted, on the CPU; row 0 of
            its embeddings is the identity, row i + 1 the card's style number i.
    """

    path: Path
    card: Card
    model: onnx.ModelProto
    painter: Painter


def reopen(path: Path) -> Reopened:
    """Makes the network of a painter file anew and sees that it paints as the file.

    Args:
        path: an ONNX file that `training.export` wrote.

    Raises:
        ModelError: it is no painter, a variant of one in another precision, or of a
            network that is not as the code here has it.
    """
    card = Runtime(path, provider="cpu").card
    model = onnx.ModelProto.FromString(path.read_bytes())
    if card.network not in NETWORKS:
        raise ModelError(
            f"{path} holds the network '{card.network}', which is not known here",
            hint=f"Known are {', '.join(NETWORKS)}: take a painter of one of them.",
        )
    _refuse_variants(path, model)
    painter = Painter(card.network, len(card.styles), card.dim)
    _load(path, model, card, painter)
    unfold(painter.net)
    try:
        check_parity(painter, path, SIZES)
    except ParityError as error:
        raise ModelError(
            f"the network in {path} paints otherwise than '{card.network}' does now",
            hint="Use the code that exported it, or fit and export it again.",
        ) from error
    return Reopened(path, card, model, painter.eval())


def _refuse_variants(path: Path, model: onnx.ModelProto) -> None:
    for tensor in model.graph.initializer:
        if tensor.data_type in NARROW:
            raise ModelError(
                f"{path} is a variant whose weights are {NARROW[tensor.data_type]}",
                hint="Give the float32 file that it was made from.",
            )


def _load(path: Path, model: onnx.ModelProto, card: Card, painter: Painter) -> None:
    """Weights and embeddings of the file into the painter, as the file has them."""
    initializers = {tensor.name: tensor for tensor in model.graph.initializer}
    vectors = [card.identity, *(style.embedding for style in card.styles)]
    found = {"embeddings": torch.tensor(vectors, dtype=torch.float32)}
    for name, wanted in painter.state_dict().items():
        if name not in found:
            if name not in initializers:
                raise _not_as_now(path, card, f"lacks {name}")
            found[name] = _tensor(initializers[name])
        if found[name].shape != wanted.shape:
            shapes = (tuple(t.shape) for t in (found[name], wanted))
            raise _not_as_now(path, card, "has {} {}, not {}".format(name, *shapes))
    painter.load_state_dict(found)


def _tensor(initializer: TensorProto) -> Tensor:
    # The runtime has opened the file without any other: what is stored elsewhere is
    # not there, and an untrusted file must not choose what is read.
    if initializer.data_location == TensorProto.EXTERNAL:
        return torch.empty(0)
    return torch.from_numpy(numpy_helper.to_array(initializer).copy())


def _not_as_now(path: Path, card: Card, what: str) -> ModelError:
    return ModelError(
        f"{path} is not the network '{card.network}' as it is now: it {what}",
        hint="Take a painter that 'python -m training export' of this version wrote, "
        "in float32.",
    )

"""How far the values inside a painter go, channel by channel, on real photographs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnx import TensorProto, helper

from livestyle.contract import CONTENT, STYLE, Embedding
from livestyle.frame import Pixels
from training.variants.graph import bare

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Span:
    """Where the values of a feature map lie, over all photographs and styles.

    Attributes:
        low, high: least and greatest, by channel, shape (C,).
        mean: by channel, shape (C,).
        stride: px of the frame that a cell of the map stands for, about 1, 2, 4 ...
    """

    low: Values
    high: Values
    mean: Values
    stride: int

    @property
    def width(self) -> Values:
        """How far each channel goes, shape (C,)."""
        return self.high - self.low

    @property
    def whole(self) -> tuple[float, float]:
        """Of all channels together, 0 within: zeros around a map must stay zeros."""
        return min(0.0, float(self.low.min())), max(0.0, float(self.high.max()))

    def scaled(self, gain: Values) -> Span:
        """The span of the map with each channel multiplied by a positive number."""
        return self._changed(lambda values: values * gain)

    def shifted(self, by: Values) -> Span:
        """The span of the map with a number added to each channel."""
        return self._changed(lambda values: values + by)

    def _changed(self, change: Callable[[Values], Values]) -> Span:
        low, high, mean = (
            change(values) for values in (self.low, self.high, self.mean)
        )
        return Span(low, high, mean, self.stride)


def measure(
    model: onnx.ModelProto,
    names: Iterable[str],
    photos: Sequence[Pixels],
    styles: Sequence[Embedding],
    watch: Callable[[int, int], None],
) -> dict[str, Span]:
    """Paints every photograph in every style and looks at what goes on inside.

    Args:
        model: a painter in float32.
        names: float tensors in it; those that are no feature maps are passed over.
        photos: BGR uint8, shape (H, W, 3).
        styles: embeddings, float32 of shape (D,).
        watch: is told how many photographs are done, of how many.
    """
    looking, wanted = bare(model), sorted(names)
    looking.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in wanted
    )
    options = ort.SessionOptions()
    options.log_severity_level = 4
    session = ort.InferenceSession(
        looking.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    found: dict[str, list[Span]] = {}
    for done, photo in enumerate(photos):
        watch(done, len(photos))
        for style in styles:
            maps = session.run(wanted, {CONTENT: photo, STYLE: style})
            for name, values in zip(wanted, maps, strict=True):
                if values.ndim == 4 and values.shape[0] == 1:
                    found.setdefault(name, []).append(_span(values[0], photo))
    return {name: _joined(spans) for name, spans in found.items()}


def _span(values: NDArray[np.float32], photo: Pixels) -> Span:
    channels, height, width = values.shape
    cells = height * width
    stride = 2 ** round(np.log2(photo.shape[0] * photo.shape[1] / cells) / 2)
    flat = values.reshape(channels, cells).astype(np.float64)
    return Span(flat.min(1), flat.max(1), flat.mean(1), stride)


def _joined(spans: Sequence[Span]) -> Span:
    low = np.min([span.low for span in spans], axis=0)
    high = np.max([span.high for span in spans], axis=0)
    mean = np.mean([span.mean for span in spans], axis=0)
    return Span(low, high, mean, spans[0].stride)

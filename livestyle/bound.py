"""A painter's session on a device: frames go into buffers that stay where they are."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort

from livestyle.canvases import Canvases
from livestyle.contract import CONTENT, PASTICHE, STYLE, Embedding
from livestyle.frame import Pixels
from livestyle.providers import first_line

# Providers whose frames lie on a device, and what ONNX Runtime calls that.
BOUND_ON = {"cuda": "cuda", "tensorrt": "cuda"}
# A recorded CUDA graph belongs to one size of frame: so many sizes have one, which is
# more than the live picture goes through, and buffers beyond them are made anew.
MOST_SIZES = 12
# Of 255, on average: other algorithms may round otherwise, another picture is far off.
LIKE = 1.0
_GRAPH = "gpu_graph_id"  # of a run: which CUDA graph it records or repeats; -1 for none


@cache
def unrecorded() -> ort.RunOptions:
    """Options of a run with inputs that lie anywhere.

    Without them, a session that records CUDA graphs would go on to read this run's
    memory in all later runs.
    """
    options = ort.RunOptions()
    options.add_run_config_entry(_GRAPH, "-1")
    return options


def run_plainly(session: ort.InferenceSession, pixels: Pixels, style: Embedding) -> Any:
    """Paints a frame without buffers of our own.

    Args:
        session: of a painter that keeps the contract.
        pixels: BGR uint8, shape (height, width, 3).
        style: float32, shape (D,).

    Returns:
        What the file gives, which nobody has checked yet.
    """
    feeds = {CONTENT: np.ascontiguousarray(pixels), STYLE: style}
    (pastiche,) = session.run([PASTICHE], feeds, unrecorded())
    return pastiche


class Bound:
    """Runs a painter's session through buffers on its device, a set for each size.

    The frame goes over the bus as bytes and comes back as bytes. Where the session
    records CUDA graphs, the first run of a size records one and the others repeat it.

    Neither is trusted: at each new size the answer is compared with that of a plain
    run, for another picture than the one that was recorded. If they differ, or anything
    fails, all runs are plain from then on.

    Args:
        session: of a painter that keeps the contract.
        device: "cuda", or "cpu".
        say: is told, once, why runs are plain.
    """

    def __init__(
        self,
        session: ort.InferenceSession,
        device: str,
        say: Callable[[str], object] = lambda _: None,
    ) -> None:
        self._session = session
        self._device = device
        self._say = say
        self._plain = False
        self._canvases = Canvases()
        self._buffers: dict[tuple[Any, ...], _Buffers] = {}
        self._graphs = 0  # recorded so far; a number is never used twice

    def run(self, pixels: Pixels, style: Embedding) -> Pixels:
        """Paints a frame.

        Args:
            pixels: BGR uint8, shape (height, width, 3).
            style: float32, shape (D,).

        Returns:
            BGR uint8 of the same shape, which nobody else has.
        """
        # ONNX Runtime keeps CUDA's state, graphs too, for each thread that runs it.
        key = (threading.get_ident(), pixels.shape, style.shape)
        if not self._plain and key not in self._buffers:
            self._prove(key, pixels, style)
        if self._plain:
            pastiche: Pixels = run_plainly(self._session, pixels, style)
            return pastiche
        return self._buffers[key].run(pixels, style, self._canvases.take(pixels.shape))

    def _prove(self, key: tuple[Any, ...], pixels: Pixels, style: Embedding) -> None:
        """Makes the buffers of a size; without success all runs are plain."""
        plain = run_plainly(self._session, pixels, style)  # what fails here is no news
        try:
            buffers = self._make(pixels.shape, style.shape)
            canvas = self._canvases.take(pixels.shape)
            buffers.run(pixels ^ np.uint8(128), 0 * style, canvas)
            bound = buffers.run(pixels, style, canvas)
            off = float(cv2.absdiff(bound, plain).mean())
            if off > LIKE:
                raise RuntimeError(f"the picture is {off:.0f} levels off")
        # The bindings raise classes of their own that share no base but Exception.
        except Exception as error:  # noqa: BLE001
            self._plain = True
            self._buffers.clear()
            self._say(f"without buffers on the device: {first_line(error)}")
        else:
            self._buffers[key] = buffers

    def _make(self, frame: tuple[int, ...], style: tuple[int, ...]) -> _Buffers:
        graph = -1
        if self._graphs < MOST_SIZES:
            self._graphs += 1
            graph = self._graphs
        elif len(self._buffers) >= 2 * MOST_SIZES:
            # A graph's buffers stay for as long as the graph does.
            for key in [k for k, b in self._buffers.items() if b.graph < 0]:
                del self._buffers[key]
        return _Buffers(self._session, self._device, frame, style, graph)


class _Buffers:
    """Memory on the device for frames of one size, bound to the session."""

    def __init__(
        self,
        session: ort.InferenceSession,
        device: str,
        frame: tuple[int, ...],
        style: tuple[int, ...],
        graph: int,
    ) -> None:
        def memory(shape: tuple[int, ...], kind: type) -> ort.OrtValue:
            make = ort.OrtValue.ortvalue_from_shape_and_type
            return make(list(shape), kind, device, 0)

        self.graph = graph
        self._session = session
        self._content, self._style = memory(frame, np.uint8), memory(style, np.float32)
        self._pastiche = memory(frame, np.uint8)
        self._binding = session.io_binding()
        self._binding.bind_ortvalue_input(CONTENT, self._content)
        self._binding.bind_ortvalue_input(STYLE, self._style)
        self._binding.bind_ortvalue_output(PASTICHE, self._pastiche)
        self._options = ort.RunOptions()
        self._options.add_run_config_entry(_GRAPH, str(graph))
        self._copies = True

    def run(self, pixels: Pixels, style: Embedding, canvas: Pixels) -> Pixels:
        """Paints a frame onto a canvas."""
        self._content.update_inplace(np.ascontiguousarray(pixels, np.uint8))
        self._style.update_inplace(np.ascontiguousarray(style, np.float32))
        self._session.run_with_iobinding(self._binding, self._options)
        if not (self._copies and self._copied(canvas)):
            np.copyto(canvas, self._pastiche.numpy())
        return canvas

    def _copied(self, canvas: Pixels) -> bool:
        """Copies the painting right onto the canvas, which older versions cannot."""
        try:
            ort.OrtValue.ortvalue_from_numpy(canvas).update_inplace(self._pastiche)
        # The bindings raise classes of their own that share no base but Exception.
        except Exception:  # noqa: BLE001
            self._copies = False
        return self._copies

"""What moved where between two frames, and what does not move along."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from livestyle.frame import Pixels

Flow = NDArray[np.float32]  # (H, W, 2): px to the right, px down
Mask = NDArray[np.bool_]

# Of Sundaram et al. 2010, as Ruder et al. 2016 take them: where there and back again
# ends farther away than this share of both ways, squared, plus px, a place was hidden.
SHARE, SLACK = 0.01, 0.5


@dataclass(frozen=True)
class Motion:
    """Where each pixel of a later frame was in the earlier one.

    Attributes:
        back: way from a pixel of the later frame to its place in the earlier one, in
            px, float32 of shape (H, W, 2), right and down.
        seen: whether that place was in the picture and not hidden, shape (H, W).
    """

    back: Flow
    seen: Mask


def find_motion(before: Pixels, after: Pixels) -> Motion:
    """The motion between two frames by dense inverse search, with occlusions masked.

    Args:
        before: BGR uint8, shape (H, W, 3).
        after: the next frame, of the same shape.

    Source: the flow is that of Kroeger et al. 2016 (arXiv:1603.03590) in OpenCV's
    version; the check of consistency that of Ruder et al. 2016 (arXiv:1604.08610).
    """
    one, other = (cv2.cvtColor(f, cv2.COLOR_BGR2GRAY) for f in (before, after))
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    # A flow that is handed in is written to: each call gets its own.
    forth = np.asarray(search.calc(one, other, _still(one)), np.float32)
    back = np.asarray(search.calc(other, one, _still(one)), np.float32)
    return Motion(back, _inside(back) & _consistent(back, forth))


def warping_error(before: Pixels, after: Pixels, motion: Motion) -> float | None:
    """How much a frame differs from the one before it moved along.

    Args:
        before: BGR uint8, shape (H, W, 3).
        after: the next frame, of the same shape.
        motion: between the two frames, or those of which these were painted.

    Returns:
        The mean absolute difference in grey levels of 255 over the pixels that were to
        be seen before; None if there are none.
    """
    if not motion.seen.any():
        return None
    moved = _warp(before.astype(np.float32), motion.back)
    gap = np.abs(moved - after.astype(np.float32)).mean(2)
    return float(gap[motion.seen].mean())


def _still(grey: NDArray[np.generic]) -> Flow:
    return np.zeros((*grey.shape[:2], 2), np.float32)


def _places(flow: Flow) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Columns and rows at which each pixel's way ends."""
    rows, columns = np.mgrid[: flow.shape[0], : flow.shape[1]].astype(np.float32)
    return columns + flow[..., 0], rows + flow[..., 1]


def _warp(values: NDArray[np.float32], flow: Flow) -> NDArray[np.float32]:
    """The values at the ends of the ways."""
    moved = cv2.remap(
        values, *_places(flow), cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.float32)


def _inside(flow: Flow) -> Mask:
    columns, rows = _places(flow)
    height, width = flow.shape[:2]
    found: Mask = (
        (columns >= 0) & (columns <= width - 1) & (rows >= 0) & (rows <= height - 1)
    )
    return found


def _consistent(back: Flow, forth: Flow) -> Mask:
    """Where going back and forth ends near its beginning."""
    returned = _warp(forth, back)
    gap = np.square(back + returned).sum(2)
    ways = np.square(back).sum(2) + np.square(returned).sum(2)
    found: Mask = gap <= SHARE * ways + SLACK
    return found

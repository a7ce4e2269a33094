"""A painting in the camera's own colours: its luminance, the camera's chroma.

Source: Gatys et al. 2016, luminance-only transfer (arXiv:1606.05897).
"""

from __future__ import annotations

import cv2
import numpy as np

from livestyle.frame import Pixels


class Chroma:
    """Gives paintings the chroma of the pictures that they were painted from.

    In a space of luminance and two chroma channels that is linear in blue, green and
    red (YIQ, YCrCb), taking another luminance Y' at the same chroma adds Y' - Y to each
    of the three. So no picture has to go to such a space and back, which costs more
    time and two roundings. What leaves 0..255 is cut off, as it is on the way back.

    Its scratch pictures are made once for each size.
    """

    def __init__(self) -> None:
        self._make(0, 0)

    def keep(self, pastiche: Pixels, content: Pixels) -> Pixels:
        """Takes the chroma of the content over into a painting.

        Args:
            pastiche: BGR uint8, shape (H, W, 3); changed in place.
            content: the camera's picture, of the same shape.

        Returns:
            The pastiche. Where both were equally bright it is the content exactly.
        """
        if self._grey.shape != content.shape[:2]:
            self._make(*content.shape[:2])
        before, after, gain, shift = self._grey, self._painted, self._gain, self._shift
        cv2.cvtColor(content, cv2.COLOR_BGR2GRAY, dst=before)
        cv2.cvtColor(pastiche, cv2.COLOR_BGR2GRAY, dst=after)
        # Bytes have no sign: what is added and what is taken away go separate ways.
        cv2.subtract(after, before, dst=gain)
        cv2.subtract(before, after, dst=before)
        cv2.cvtColor(gain, cv2.COLOR_GRAY2BGR, dst=shift)
        cv2.add(content, shift, dst=pastiche)
        cv2.cvtColor(before, cv2.COLOR_GRAY2BGR, dst=shift)
        cv2.subtract(pastiche, shift, dst=pastiche)
        return pastiche

    def _make(self, height: int, width: int) -> None:
        self._grey, self._painted, self._gain = np.empty((3, height, width), np.uint8)
        self._shift = np.empty((height, width, 3), np.uint8)

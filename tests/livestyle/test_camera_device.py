"""A real camera. Not run unless asked for: it lights up the lamp in somebody's face.

LIVESTYLE_CAMERA=0 pytest -m device
"""

import os

import pytest

from livestyle.sources.camera import Camera

pytestmark = [
    pytest.mark.device,
    pytest.mark.skipif(
        "LIVESTYLE_CAMERA" not in os.environ, reason="LIVESTYLE_CAMERA names no camera"
    ),
]


def test_a_camera_delivers_fresh_frames_in_order_and_is_free_again_afterwards():
    number = int(os.environ["LIVESTYLE_CAMERA"])
    for _ in range(2):
        camera = Camera(number, (640, 480))
        frames = []
        for frame in camera:
            if frame is not None:
                frames.append(frame)
            if len(frames) == 10:
                break
        camera.close()
        moments = [frame.captured for frame in frames]
        assert moments == sorted(moments)
        assert frames[0].pixels.shape[2] == 3
        # No sensor gives the same noise twice.
        assert any((f.pixels != frames[0].pixels).any() for f in frames[1:])

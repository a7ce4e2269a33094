"""A live camera as a moving painting, on the machine that a person already has."""

__version__ = "0.1.0"

# OpenCV before PyAV, which is imported further down: both bring a libxcb of their own,
# and with PyAV's loaded first, OpenCV's first window waits for the X server for ever.
import cv2  # noqa: F401

"""A live camera as a moving painting, on the machine that a person already has."""

import os

__version__ = "0.1.0"

# OpenCV reads these once, so they are set before anything here can import it. With
# hardware transforms Windows' Media Foundation takes minutes to open some cameras.
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")
# Seconds that a read waits for a camera which has gone silent; by default it is ten.
os.environ.setdefault("OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT", "2")

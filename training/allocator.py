"""Keeps the memory of tensors that come and go with every step."""

from __future__ import annotations

import ctypes
import sys

# Of mallopt(3), from glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4
NEVER = 2**31 - 1


def keep_memory() -> bool:
    """Lets malloc keep what is freed, for the rest of this process.

    glibc asks the system for every block above 32 MiB anew and gives it back at once.
    So each activation of VGG's first layers is cleared page by page before it is
    written, in every step. On other systems nothing is changed.

    Returns:
        Whether memory is kept from now on.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return False
    return bool(mallopt(M_MMAP_MAX, 0)) and bool(mallopt(M_TRIM_THRESHOLD, NEVER))

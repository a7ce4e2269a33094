"""What a figure was measured on; see `training/machine.py`."""

from training.machine import describe

__all__ = ["describe"]

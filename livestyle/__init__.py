"""A live camera as a moving painting, on the machine that a person already has."""

__version__ = "0.1.0"

"""Measures how fast painters are here: alone, and on the whole way of a frame."""

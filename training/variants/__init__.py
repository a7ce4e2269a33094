"""A painter's other precisions: made from its float32 file, judged, left beside it."""

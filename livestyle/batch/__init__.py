"""Many videos: which there are, which are finished, and several at once."""

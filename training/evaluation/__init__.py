"""What is measured of a painter, one measure a module."""

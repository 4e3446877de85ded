"""The reference backend: pure NumPy, vectorised, no compiler needed."""

# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
"""The kernels: pure loops into the caller's buffers."""

"""The Numba backend: kernels compiled on first use and cached, no C compiler needed."""

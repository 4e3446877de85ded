"""The Cython backend: compiled kernels, the fastest where the extension was built."""

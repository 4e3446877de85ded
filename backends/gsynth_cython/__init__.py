"""The Cython backend: compiled kernels, the fastest if the extension was built."""

# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The kernels: pure loops into the caller's buffers, contracts in `gsynth.plugins.contracts.kernels`."""

include "_count.pxi"
include "_bases.pxi"
include "_replace.pxi"
include "_sample.pxi"

# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
# cython: freethreading_compatible=True
"""The kernels: pure loops into the caller's buffers, contracts in `gsynth.plugins.contracts.kernels`.

They keep no state and touch no Python object in their loops, so the module does not need the GIL (Py_MOD_GIL_NOT_USED).
"""

include "_build.pxi"
include "_count.pxi"
include "_bases.pxi"
include "_replace.pxi"
include "_tiles.pxi"
include "_sample.pxi"
include "_score.pxi"
include "_shuffle.pxi"

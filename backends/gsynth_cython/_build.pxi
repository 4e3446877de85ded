# How the kernels were compiled.

cdef extern from *:
    """
    #include "_compiler.h"
    #if defined(__SANITIZE_ADDRESS__)
    #define GSYNTH_SANITIZED 1
    #else
    #define GSYNTH_SANITIZED 0
    #endif
    """
    const char *GSYNTH_BUILD
    const int GSYNTH_SANITIZED


def build():
    """What is compiled in: "wider", "sse2" or "scalar", and whether AddressSanitizer watches."""
    return GSYNTH_BUILD.decode("ascii"), bool(GSYNTH_SANITIZED)

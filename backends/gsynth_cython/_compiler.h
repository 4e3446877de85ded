/* What compilers call the same things. */
#ifndef GSYNTH_COMPILER_H
#define GSYNTH_COMPILER_H

/* What the kernels may use beyond plain C. Tests build them with less (CFLAGS, see tox.ini), because what a processor
 * or a compiler lacks must not change a byte: -DGSYNTH_BUILD_SSE2 without the copies for wider vectors,
 * -DGSYNTH_BUILD_SCALAR without anything specific to one compiler or processor. */
#if defined(__GNUC__) && !defined(GSYNTH_BUILD_SCALAR)
#define GSYNTH_GNU 1
#else
#define GSYNTH_GNU 0
#endif
#if GSYNTH_GNU && defined(__x86_64__)
#define GSYNTH_SSE2 1
#else
#define GSYNTH_SSE2 0
#endif
#if GSYNTH_SSE2 && !defined(GSYNTH_BUILD_SSE2)
#define GSYNTH_WIDER 1
#else
#define GSYNTH_WIDER 0
#endif

#if GSYNTH_WIDER
#define GSYNTH_BUILD "wider"
#elif GSYNTH_SSE2
#define GSYNTH_BUILD "sse2"
#else
#define GSYNTH_BUILD "scalar"
#endif

#if GSYNTH_GNU
#define GSYNTH_ALWAYS_INLINE static inline __attribute__((always_inline))
#define GSYNTH_PREFETCH(address) __builtin_prefetch(address)
#define GSYNTH_RARE(condition) __builtin_expect(!!(condition), 0)
#define GSYNTH_UNROLL _Pragma("GCC unroll 12")
/* Keeps compilers from gathering the scalars of unrolled lanes into vectors, which halves the speed. */
#define GSYNTH_SCALAR(value) __asm__("" : "+r"(value))
#else
#define GSYNTH_ALWAYS_INLINE static inline
#define GSYNTH_PREFETCH(address) ((void)(address))
#define GSYNTH_RARE(condition) (condition)
#define GSYNTH_UNROLL
#define GSYNTH_SCALAR(value) ((void)(value))
#endif

/* For loops whose input and output are either the same array or do not overlap. */
#if defined(__clang__) && GSYNTH_GNU
#define GSYNTH_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif GSYNTH_GNU
#define GSYNTH_INDEPENDENT _Pragma("GCC ivdep")
#else
#define GSYNTH_INDEPENDENT
#endif

/* Copies of a function for wider vectors, chosen when the module is loaded; the bytes are the same whichever runs. */
#if GSYNTH_WIDER && defined(__GLIBC__) && __GNUC__ >= 12 && !defined(__clang__)
/* Without 64-bit multiplication (level 4) vectors gain the stream nothing, so there is no copy between the two. */
#define GSYNTH_STREAM_CLONES __attribute__((target_clones("arch=x86-64-v4", "default")))
#define GSYNTH_BYTE_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define GSYNTH_STREAM_CLONES
#define GSYNTH_BYTE_CLONES
#endif

#endif

# Replacing. The first pass looks everywhere. A later one looks only where a target can have arisen: at the positions
# that reach into a replacement, before one made in the previous pass, after one made in this pass. So the cost is that
# of the replacements.
#
# Swapping two letters is a bubble sort: each stretch of the two ends up in order, however many passes that takes, so it
# is sorted by counting.

from libc.stdint cimport int32_t, int64_t, uint8_t
from libc.stdlib cimport free, realloc
from libc.string cimport memcmp, memcpy, memset

cdef extern from "_find.h" nogil:
    enum:
        FIND_MOST "GSYNTH_FIND_MOST"
        FIND_LETTERS "GSYNTH_FIND_LETTERS"

    int gsynth_find(const uint8_t *bases, int64_t size, const uint8_t *word, int letters, int32_t *found) noexcept

cdef extern from "_swap.h" nogil:
    enum:
        SWAP_BEFORE "GSYNTH_SWAP_BEFORE"
        SWAP_CELLS "GSYNTH_SWAP_CELLS"

    int64_t gsynth_swap_short(uint8_t *cells, uint8_t first, uint8_t second) noexcept


cdef struct Rule:
    uint8_t *bases
    const uint8_t *target
    const uint8_t *replacement
    int64_t size
    int64_t width


cdef struct Hits:
    int64_t *places  # ascending
    int64_t count
    int64_t room


def replace(uint8_t[::1] bases, const uint8_t[::1] target, const uint8_t[::1] replacement):
    """Replace `target` in place, as repeated passes from left to right would."""
    cdef Rule rule
    cdef bint done
    rule.size, rule.width = bases.shape[0], target.shape[0]
    if rule.width == 0 or rule.width > rule.size:
        return
    rule.bases, rule.target, rule.replacement = &bases[0], &target[0], &replacement[0]
    with nogil:
        if _swaps(&rule):
            _sort(&rule)
            done = True
        else:
            done = _pass_until_none(&rule)
    if not done:
        raise MemoryError("not enough memory for the positions of the replacements of one pass: use shorter intervals")


cdef bint _swaps(Rule *rule) noexcept nogil:
    return (
        rule.width == 2
        and rule.target[0] != rule.target[1]
        and rule.target[0] == rule.replacement[1]
        and rule.target[1] == rule.replacement[0]
    )


cdef void _sort(Rule *rule) noexcept nogil:
    cdef int32_t found[FIND_MOST]
    cdef int64_t start = 0, places = rule.size - 1, sorted_to = 0
    cdef int count, i
    while start < places:
        count = gsynth_find(rule.bases + start, min(FIND_MOST, places - start), rule.target, 2, found)
        for i in range(count):
            if start + found[i] >= sorted_to:
                sorted_to = _sort_stretch(rule, start + found[i])
        start = max(start + FIND_MOST, sorted_to)


cdef inline int64_t _sort_stretch(Rule *rule, int64_t place) noexcept nogil:
    """Sort the stretch of the two letters that has its first target at `place`; return its end."""
    cdef uint8_t first = rule.target[0], second = rule.target[1]
    cdef int64_t start = place, end = place, seconds = 0
    if place >= SWAP_BEFORE and place - SWAP_BEFORE + SWAP_CELLS <= rule.size:
        start -= SWAP_BEFORE
        end = gsynth_swap_short(rule.bases + start, first, second)
        if end:
            return start + end
        start = end = place
    while start > 0 and rule.bases[start - 1] == first:
        start -= 1
    while end < rule.size and (rule.bases[end] == first or rule.bases[end] == second):
        seconds += rule.bases[end] == second
        end += 1
    memset(rule.bases + start, second, seconds)
    memset(rule.bases + start + seconds, first, end - start - seconds)
    return end


cdef bint _pass_until_none(Rule *rule) noexcept nogil:
    """False if memory ran out."""
    cdef Hits now, before
    cdef bint done
    now.places = before.places = NULL
    now.count = now.room = before.count = before.room = 0
    done = _first_pass(rule, &now)
    while done and now.count:
        now, before = before, now
        now.count = 0
        done = _next_pass(rule, &before, &now)
    free(now.places)
    free(before.places)
    return done


cdef bint _first_pass(Rule *rule, Hits *now) noexcept nogil:
    cdef int32_t found[FIND_MOST]
    cdef int64_t start = 0, places = rule.size - rule.width + 1, looked_to = 0
    cdef int letters = <int>min(rule.width, FIND_LETTERS)
    cdef int count, i
    while start < places:
        count = gsynth_find(rule.bases + start, min(FIND_MOST, places - start), rule.target, letters, found)
        for i in range(count):
            if start + found[i] >= looked_to:
                looked_to = _look(rule, now, start + found[i], start + found[i] + 1)
                if looked_to < 0:
                    return False
        start = max(start + FIND_MOST, looked_to)
    return True


cdef bint _next_pass(Rule *rule, Hits *before, Hits *now) noexcept nogil:
    cdef int64_t looked_to = 0, i
    for i in range(before.count):
        looked_to = _look(rule, now, max(looked_to, before.places[i] - rule.width + 1), before.places[i])
        if looked_to < 0:
            return False
    return True


cdef inline int64_t _look(Rule *rule, Hits *now, int64_t place, int64_t end) noexcept nogil:
    """Look at the positions [place, end), and at those that reach into what is replaced there.

    Returns where to continue, or -1 if memory ran out.
    """
    while place < end:
        if rule.bases[place] == rule.target[0] and memcmp(rule.bases + place, rule.target, rule.width) == 0:
            memcpy(rule.bases + place, rule.replacement, rule.width)
            if now.count == now.room and not _grow(now):
                return -1
            now.places[now.count] = place
            now.count += 1
            end = min(max(end, place + rule.width), rule.size - rule.width + 1)
        place += 1
    return place


cdef bint _grow(Hits *hits) noexcept nogil:
    cdef int64_t room = max(256, 2 * hits.room)
    cdef int64_t *places = <int64_t *>realloc(hits.places, room * sizeof(int64_t))
    if places == NULL:
        return False
    hits.places = places
    hits.room = room
    return True

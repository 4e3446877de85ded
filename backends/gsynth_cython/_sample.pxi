# Sampling. In a chain each table look-up waits for the one before, so one core runs several chains: the block is cut
# into lanes, every lane except the first starts from a guessed context, and all advance in turn. Then, from left to
# right, a lane whose true context differs from the guess is drawn again until the two chains meet (the same numbers
# drive both, so from there on they are the same). A lane that never meets is drawn again completely: the bytes are
# always those of one chain.
#
# Numbers and table rows are prepared in tiles, see _tiles.pxi.

from libc.stdlib cimport free, malloc
from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t, uint64_t
from libc.string cimport memcpy

cdef extern from "_lanes.h" nogil:
    enum:
        FREE "GSYNTH_FREE"
        FEW_LANES "GSYNTH_FEW"
        MANY_LANES "GSYNTH_MANY"
        TILE_CELLS "GSYNTH_TILE_CELLS"

    ctypedef struct Lanes "gsynth_tile":
        uint32_t numbers[]
        uint32_t rows[]
        uint8_t out[]
        uint32_t contexts[]

    ctypedef void (*Advance "gsynth_kind")(
        Lanes *tile, const uint8_t *cells, int64_t lane, int64_t steps, const void *table, uint32_t mask
    ) noexcept
    Advance gsynth_choose(int lanes, int has_fixed, int one_table) noexcept
    void gsynth_pack_rows(const uint32_t *thresholds, int64_t rows, int32_t *packed) noexcept
    void gsynth_settle_cells(uint8_t *cells, const uint8_t *out, int64_t size, int packed) noexcept

cdef extern from "_independent.h" nogil:
    void gsynth_draw_all(uint8_t *cells, const uint32_t *numbers, int64_t size, const uint32_t *row) noexcept
    void gsynth_draw_free(uint8_t *cells, const uint32_t *numbers, int64_t size, const uint32_t *row) noexcept

cdef enum:
    LEAST_LANE = 512  # windows; in shorter lanes repairs cost more than lanes gain
    CACHED_ROWS = 1 << 16  # packed, 1 MiB: such tables stay in the second-level cache
    WINDOWS_PER_ROW = 4  # with fewer windows for each row, packing the rows costs more than it saves
    FEW_ROWS = 64  # comparing the rows of larger tables would cost more than small blocks


def sample(
    uint8_t[::1] codes,
    const int64_t[::1] edges,
    const int32_t[::1] strata,
    const uint32_t[::1] uniforms,
    int order,
    const uint32_t[:, :, ::1] thresholds,
):
    """Fill the free cells of `codes`, left to right."""
    cdef Block block
    if codes.shape[0] <= order:
        return
    _describe(&block, codes, edges, strata, order, thresholds)
    block.uniforms = &uniforms[0]
    _fill(&block, codes.shape[0] - order)


def sample_stream(
    uint8_t[::1] codes,
    const int64_t[::1] edges,
    const int32_t[::1] strata,
    const int64_t[::1] stream_edges,
    const uint64_t[::1] keys,
    const uint64_t[::1] gammas,
    const int64_t[::1] positions,
    int order,
    const uint32_t[:, :, ::1] thresholds,
):
    """Fill the free cells of `codes`, left to right, with the numbers of streams."""
    cdef Block block
    if codes.shape[0] <= order:
        return
    _describe(&block, codes, edges, strata, order, thresholds)
    block.uniforms = NULL
    block.stream_edges = &stream_edges[0]
    block.keys = &keys[0]
    block.gammas = &gammas[0]
    block.positions = &positions[0]
    block.streams = keys.shape[0]
    _fill(&block, codes.shape[0] - order)


cdef void _describe(
    Block *block,
    uint8_t[::1] codes,
    const int64_t[::1] edges,
    const int32_t[::1] strata,
    int order,
    const uint32_t[:, :, ::1] thresholds,
) noexcept:
    cdef int64_t i, cells = codes.shape[0]
    block.codes = &codes[0]
    block.original = NULL
    block.edges = &edges[0]
    block.strata = &strata[0]
    block.runs = strata.shape[0]
    block.order = order
    block.thresholds = &thresholds[0, 0, 0]
    block.packed = NULL
    block.tables = thresholds.shape[0]
    with nogil:
        block.has_fixed = not gsynth_all_free(block.codes + order, cells - order)
        block.has_n = False
        for i in range(cells if block.has_fixed else order):
            block.has_n |= block.codes[i] == NOT_ACGT


cdef int _fill(Block *block, int64_t windows) except -1:
    cdef int64_t rows = block.tables << (2 * block.order)
    cdef bint pack = rows <= CACHED_ROWS and rows * WINDOWS_PER_ROW <= windows
    cdef int lanes = FEW_LANES if pack else MANY_LANES
    cdef uint8_t *original = NULL
    cdef int32_t *packed = NULL
    if block.tables > <int64_t>1 << (32 - 2 * block.order):
        raise MemoryError(f"{block.tables} tables of order {block.order} are more than 2**32 rows")
    if _one_row(block):
        with nogil:
            _draw_apart(block, windows)
        return 0
    if windows < LEAST_LANE * lanes:
        with nogil:
            _walk(block, 0, windows)
        return 0
    try:
        if block.has_fixed:
            original = <uint8_t *>_allocated(windows + block.order)
            memcpy(original, block.codes, windows + block.order)
            block.original = original
        if pack:
            packed = <int32_t *>_allocated(rows * 4 * sizeof(int32_t))
            gsynth_pack_rows(block.thresholds, rows, packed)
            block.packed = packed
        with nogil:
            _fill_lanes(block, lanes, windows // lanes)
            _walk(block, windows // lanes * lanes, windows)
    finally:
        free(original)
        free(packed)
    return 0


cdef void *_allocated(int64_t size) except NULL:
    cdef void *memory = malloc(size)
    if memory == NULL:
        raise MemoryError(f"not enough memory for {size} bytes in addition to a block: use smaller blocks")
    return memory


cdef bint _one_row(Block *block) noexcept nogil:
    """Whether all rows are the same, so that no base depends on others; only small tables are compared."""
    cdef int64_t i, rows = block.tables << (2 * block.order)
    if rows > FEW_ROWS:
        return False
    for i in range(3, 3 * rows):
        if block.thresholds[i] != block.thresholds[i - 3]:
            return False
    return True


cdef void _draw_apart(Block *block, int64_t windows) noexcept nogil:
    cdef uint32_t tile[TILE_CELLS]
    cdef const uint32_t *numbers = tile
    cdef Cursor cursor = _cursor(block, 0)
    cdef int64_t start = 0, end
    while start < windows:
        end = min(start + TILE_CELLS, windows)
        if block.uniforms != NULL:
            numbers = block.uniforms + start
        else:
            cursor.stream = _prepare_numbers(block, start, end, cursor.stream, tile)
        if block.has_fixed:
            gsynth_draw_free(block.codes + block.order + start, numbers, end - start, block.thresholds)
        else:
            gsynth_draw_all(block.codes + block.order + start, numbers, end - start, block.thresholds)
        start = end


cdef void _fill_lanes(Block *block, int lanes, int64_t lane) noexcept nogil:
    cdef uint32_t guesses[MANY_LANES]
    cdef int64_t i
    for i in range(lanes):
        guesses[i] = _guess(block, i * lane)
    _advance(block, lanes, lane, guesses)
    for i in range(1, lanes):
        _repair(block, i * lane, (i + 1) * lane, guesses[i])


cdef uint32_t _guess(Block *block, int64_t window) noexcept nogil:
    # Any guess leads to the same bytes; the cells that are known make it a good one.
    cdef uint32_t context = 0
    cdef uint8_t code
    cdef int64_t i
    for i in range(window, window + block.order):
        code = block.codes[i]
        context = (context << 2) | (code & 3 if code != FREE else i & 3)
    return context


cdef inline uint8_t _draw(const uint32_t *row, uint32_t number) noexcept nogil:
    return (number >= row[0]) + (number >= row[1]) + (number >= row[2])


cdef void _advance(Block *block, int lanes, int64_t lane, const uint32_t *guesses) noexcept nogil:
    cdef Lanes tile
    cdef uint32_t mask = (<uint32_t>1 << (2 * block.order)) - 1
    cdef bint packed = block.packed != NULL
    # One row offset serves all windows then; only the kinds for few lanes can do that.
    cdef bint one_table = packed and block.runs == 1 and not block.has_n and not block.has_fixed
    cdef const void *table = <const void *>block.packed if packed else <const void *>block.thresholds
    cdef uint32_t unit = 4 if packed else 1
    cdef Cursor cursors[MANY_LANES]
    cdef int width = TILE_CELLS // lanes
    cdef int64_t start = 0, end
    cdef uint8_t *cells
    cdef bint has_fixed
    cdef int i
    for i in range(lanes):
        cursors[i] = _cursor(block, i * lane)
        tile.contexts[i] = guesses[i]
    if one_table:
        tile.rows[0] = _first_row(block, block.strata[0]) * unit
    while start < lane:
        end = min(start + width, lane)
        cells = block.codes + block.order + start
        has_fixed = False
        for i in range(lanes):
            _prepare(
                block, i * lane + start, i * lane + end, &cursors[i], tile.numbers + i * width,
                NULL if one_table else tile.rows + i * width, unit,
            )
            has_fixed |= block.has_fixed and not gsynth_all_free(cells + i * lane, end - start)
        gsynth_choose(lanes, has_fixed, one_table)(
            &tile, cells, lane, end - start, table, mask
        )
        for i in range(lanes):
            gsynth_settle_cells(cells + i * lane, tile.out + i * width, end - start, packed)
        start = end


cdef void _walk(Block *block, int64_t first, int64_t last) noexcept nogil:
    """Fill windows [first, last), whose cells nothing has changed yet, one after the other."""
    cdef Tile tile
    cdef Cursor cursor = _cursor(block, first)
    cdef uint32_t mask = (<uint32_t>1 << (2 * block.order)) - 1
    cdef uint32_t context = _context(block.codes + first, block.order)
    cdef int64_t end, step
    cdef uint8_t *cells
    while first < last:
        end = min(first + TILE, last)
        _prepare(block, first, end, &cursor, tile.numbers, tile.rows, 1)
        cells = block.codes + block.order + first
        for step in range(end - first):
            if cells[step] == FREE:
                cells[step] = _draw(block.thresholds + (3 * <uint64_t>(tile.rows[step] + context)), tile.numbers[step])
            context = ((context << 2) | (cells[step] & 3)) & mask
        first = end


cdef void _repair(Block *block, int64_t first, int64_t last, uint32_t guess) noexcept nogil:
    """Draw windows [first, last) again, until the chain meets the one that began with `guess`."""
    cdef Tile tile
    cdef Cursor cursor = _cursor(block, first)
    cdef uint32_t mask = (<uint32_t>1 << (2 * block.order)) - 1
    cdef uint32_t context = _context(block.codes + first, block.order)
    cdef uint32_t other = guess
    cdef int64_t end, step, at
    cdef uint8_t code
    while first < last and context != other:
        end = min(first + TILE, last)
        _prepare(block, first, end, &cursor, tile.numbers, tile.rows, 1)
        for step in range(end - first):
            if context == other:
                return
            at = first + step + block.order
            code = FREE if block.original == NULL else block.original[at]
            if code == FREE:
                code = _draw(block.thresholds + (3 * <uint64_t>(tile.rows[step] + context)), tile.numbers[step])
            other = ((other << 2) | (block.codes[at] & 3)) & mask
            context = ((context << 2) | (code & 3)) & mask
            block.codes[at] = code
        first = end


cdef inline uint32_t _context(const uint8_t *codes, int order) noexcept nogil:
    cdef uint32_t context = 0
    cdef int i
    for i in range(order):
        context = (context << 2) | (codes[i] & 3)
    return context

"""Options that several commands share. Each has the name and the default of the API's parameter."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from gsynth.cli import completing
from gsynth.cli.console import console_of
from gsynth.cli.dimensions import parse_merge
from gsynth.cli.values import parse_alias, parse_track
from gsynth.errors import ArgumentError

Command = TypeVar("Command", bound=Callable[..., Any])
Decorator = Callable[[Command], Command]

FILE: Final = click.Path()
"""A path, or ``-``; shells complete the names of files. It is checked where it is opened."""

POSITIVE: Final = click.IntRange(min=1)
NOT_NEGATIVE: Final = click.IntRange(min=0)


def together(*decorators: Callable[[Any], Any]) -> Callable[[Command], Command]:
    """One decorator made of several; help shows their options in that order."""

    def decorate(command: Command) -> Command:
        # Decorators apply from the innermost outwards, and click lists the outermost option first.
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


# These options belong to the group and to every command. A callback sets only what was given: the default of a command
# must not undo `gsynth -q train`.
def _quieter(context: click.Context, param: click.Parameter, value: int) -> None:
    if value:
        console_of(context).verbosity = -value


def _louder(context: click.Context, param: click.Parameter, value: int) -> None:
    if value:
        console_of(context).verbosity = value


def _debugging(context: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        console_of(context).debug = True


# Eager, so that the callbacks of other options already know how much to show.
talking = together(
    click.option("-q", "--quiet", count=True, expose_value=False, is_eager=True, callback=_quieter,
                 help="No notes (such as the random seed) and no progress bar."),
    click.option("-v", "--verbose", count=True, expose_value=False, is_eager=True, callback=_louder,
                 help="Say more."),
    click.option("--debug", is_flag=True, expose_value=False, is_eager=True, callback=_debugging,
                 help="Show the traceback of an error."),
)  # fmt: skip
as_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on standard output.")
force = click.option("--force", "overwrite", is_flag=True, help="Overwrite an existing output.")


def genome(command: Callable[..., Any]) -> Callable[..., Any]:
    """The genome, as the last argument or by -g; the command gets it as `genome`."""

    @click.argument("genome", required=False, type=FILE)
    @click.option(
        "-g", "--genome", "genome_option", metavar="GENOME", type=FILE,
        help="FASTA (plain, gzip, bgzip) or another genome file, in place of the last argument; '-' reads FASTA from "
        "standard input.",
    )  # fmt: skip
    @functools.wraps(command)
    def with_genome(*args: Any, genome: str | None, genome_option: str | None, **given: Any) -> Any:
        if genome is not None and genome_option is not None:
            raise click.UsageError(
                f"the genome is given twice, as {genome!r} and by --genome {genome_option!r}",
                click.get_current_context(),
            )
        if genome is None and genome_option is None:
            raise click.UsageError(
                "missing GENOME: name it as the last argument, or by --genome", click.get_current_context()
            )
        return command(*args, genome=genome if genome_option is None else genome_option, **given)

    return with_genome


output = click.option(
    "-o", "--output", required=True, type=FILE, metavar="OUT", help="Path to write; '-' is standard output."
)
sequence_output = click.option(
    "-o", "--output", required=True, type=FILE, metavar="OUT",
    help="Path to write: .fa, .fa.gz (bgzip), .2bit, .seq, .npy; {sample} in it makes a file for each sample; '-' is "
    "standard output.",
)  # fmt: skip
output_format = click.option(
    "--output-format", type=click.Choice(["fasta", "bgzip", "2bit", "seq", "misha", "codes", "onehot"]),
    help="fasta: with a .fai next to it; bgzip: FASTA in bgzip, with a .gzi, too; seq, misha: bare bases; codes, "
    "onehot: an array (.npy). [default: by the suffix; FASTA without one]",
)  # fmt: skip
line_width = click.option(
    "--line-width", type=NOT_NEGATIVE, default=60, show_default=True, metavar="BP",
    help="Bases on a line of FASTA; 0: one line for each record.",
)  # fmt: skip


def _pad(context: click.Context, param: click.Parameter, value: str | None) -> int | str | None:
    if value is None or value == "longest":
        return value
    if not value.isdecimal() or int(value) < 1:
        raise click.BadParameter(f"expected a number of bases or 'longest', found {value!r}")
    return int(value)


array_layout = together(
    click.option("--dtype", type=click.Choice(["uint8", "float32"]), default="uint8", show_default=True,
                 help="The numbers of onehot."),
    click.option("--pad", metavar="BP|longest", callback=_pad,
                 help="Fill the rows of an array up to so many bases, as with N."),
)  # fmt: skip
intervals = click.option(
    "--intervals", multiple=True, type=FILE, metavar="BED|REGION",
    help="BED file (plain, gzip) or region (chr1, chr1:1,001-2,000; 1-based); may be repeated. [default: all contigs]",
)  # fmt: skip
iterator = click.option("--iterator", type=POSITIVE, metavar="BP", help="Width of the windows of the strata.")


def _by_name(
    context: click.Context, param: click.Parameter, value: tuple[tuple[str, object], ...]
) -> dict[str, object] | None:
    names = [name for name, _ in value]
    for name in names:
        if names.count(name) > 1:
            raise click.BadParameter(f"the track {name!r} is given {names.count(name)} times; each name has one source")
    # The API takes None as "no tracks"; an empty dict would say that tracks were given.
    return dict(value) or None


tracks = click.option(
    "--track", "tracks", type=parse_track, multiple=True, callback=_by_name, metavar="NAME=SOURCE",
    help="A track for the expressions: atac=atac.bw, or with a column of a BED file, states=states.bed:name; may be "
    "repeated.",
)  # fmt: skip
bin_merge = click.option(
    "--bin-merge", type=parse_merge, multiple=True, metavar="'DIM=FROM into TO'",
    help="Merge bins of a dimension, given by its expression or number: 'gc=0.7:1 into 0.65:0.7'; FROM and TO are "
    "LOW:HIGH or a number (as FROM: from there upwards), several separated by commas; auto: merge sparse bins into "
    "their nearest learned neighbour; may be repeated.",
)  # fmt: skip
mask_copy = click.option(
    "--mask-copy", multiple=True, type=FILE, metavar="BED|REGION|soft",
    help="Copy the genome verbatim there; soft: where it is lowercase; may be repeated.",
)  # fmt: skip
names = click.option(
    "--names", type=click.Choice(["coordinates", "bed"]), default="coordinates", show_default=True,
    help="Names of the records; bed: name::contig:start-end(strand), after the BED file of --intervals.",
)  # fmt: skip
n_samples = click.option("--n-samples", type=POSITIVE, default=1, show_default=True, help="Samples of each interval.")
seed = click.option("--seed", type=NOT_NEGATIVE, help="The same seed gives the same bytes. [default: random, logged]")
preserve_n = click.option(
    "--preserve-n/--no-preserve-n", default=True, show_default=True, help="Keep the genome's runs of N."
)
backend = click.option(
    "--backend", metavar="NAME", shell_complete=completing.backends,
    help="See gsynth plugins. [default: $GSYNTH_BACKEND, or the best]",
)  # fmt: skip


def _shown(context: click.Context, param: click.Parameter, value: bool | None) -> bool | None:
    """What was asked for; by default no bar with --quiet, else one on a terminal."""
    return console_of(context).progress if value is None else value


progress = click.option(
    "--progress/--no-progress", default=None, callback=_shown, help="A progress bar. [default: on a terminal]"
)


def _limited(context: click.Context, param: click.Parameter, value: str | None) -> None:
    if value is None:
        return
    from gsynth.files.memory import limit_memory, parse_size

    try:
        limit_memory(parse_size(value))
    except ArgumentError as error:
        raise click.BadParameter(str(error)) from None
    # The limit is of the process, which may run another command afterwards.
    context.call_on_close(lambda: limit_memory(None))


max_memory = click.option(
    "--max-memory", metavar="SIZE", expose_value=False, callback=_limited,
    help="Refuse, or use fewer threads for, what takes more memory: 4G, 512M. [default: what the system allows]",
)  # fmt: skip
threads = click.option(
    "-t", "--threads", "num_cores", type=NOT_NEGATIVE, metavar="N", help="Threads; 0: all. [default: all]"
)
allow_parallel = click.option(
    "--parallel/--no-parallel", "allow_parallel", default=True, help="--no-parallel: one thread."
)
max_chunk_size = click.option(
    "--max-chunk-size", type=POSITIVE, metavar="BP", help="Bases per block; no result depends on it."
)


def _alias(context: click.Context, param: click.Parameter, value: tuple[str, ...]) -> Any:
    return parse_alias(value)


chrom_alias = click.option(
    "--chrom-alias", multiple=True, callback=_alias, metavar="ALIAS",
    help="Contig names in the other files: ucsc-ensembl (chr1 is 1), a file of two columns, or OLD=NEW, repeated.",
)  # fmt: skip
compress = click.option("--compress", is_flag=True, help="Write one compressed file.")
save_format = click.option(
    "--format",
    metavar="NAME",
    shell_complete=completing.formats,
    help="Model format, see gsynth plugins. [default: by the suffix]",
)
model_format = click.option(
    "--model-format",
    metavar="NAME",
    shell_complete=completing.formats,
    help="Read the model as this format. [default: by content]",
)
executor = click.option(
    "--executor", metavar="tcp://HOST:PORT|local:N",
    help="Work on a Dask cluster, or in N processes of this machine, instead of on threads; the result is the same.",
)  # fmt: skip
work = together(backend, threads, max_memory, progress)
all_work = together(max_chunk_size, allow_parallel, work)

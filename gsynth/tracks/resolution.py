"""From the names in expressions to opened tracks."""

from __future__ import annotations

import difflib
import keyword
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from attrs import field, frozen

from gsynth.errors import PluginError
from gsynth.files.addresses import address_error, is_address
from gsynth.files.likeness import Likeness, likeness
from gsynth.files.pipes import spooled
from gsynth.files.textblocks import head_of
from gsynth.genomes.aliases import AliasLike
from gsynth.plugins import (
    ArgumentError,
    ArgumentTypeError,
    Genome,
    GenomeTracks,
    MissingFileError,
    Track,
    TrackError,
    TrackPlugin,
    checking,
    source_format,
)
from gsynth.plugins.loading import Registered
from gsynth.plugins.origins import class_of, note_origin
from gsynth.plugins.registry import Registry, registry
from gsynth.plugins.roles import TRACK
from gsynth.tracks.contigs import match_contigs
from gsynth.tracks.expression_track import ExpressionTrack
from gsynth.tracks.expressions import MODULES, Leaf, parse_expression
from gsynth.tracks.functions import CONSTANTS, FUNCTIONS
from gsynth.tracks.options import parse_source
from gsynth.tracks.sources import TracksLike


@frozen
class TrackResolver:
    """Opens the tracks that expressions name, each once."""

    sources: TracksLike
    genome: Genome
    alias: AliasLike | None = None
    plugins: Registry = field(factory=registry)
    _opened: dict[str, Track] = field(factory=dict, init=False, repr=False)
    _problems: list[str] = field(factory=list, init=False, repr=False)

    def expression(self, text: str) -> Track:
        """The track of an expression."""
        expression = parse_expression(text)
        tracks = {leaf.text: self.leaf(leaf) for leaf in expression.leaves.values()}
        # A single track stays itself: wrapped in an expression it would lose its optional abilities, such as its
        # categories.
        return next(iter(tracks.values())) if expression.plain else ExpressionTrack(expression, tracks)

    def leaf(self, leaf: Leaf) -> Track:
        """The track of a name."""
        if leaf.text not in self._opened:
            self._opened[leaf.text] = self._open(leaf)
        return self._opened[leaf.text]

    def unused(self) -> list[str]:
        """The sources that no expression has named so far."""
        used = {text.partition("(")[0].strip() for text in self._opened}
        return [name for name in self.sources if name not in used]

    def named(self) -> list[str]:
        """The tracks that need no source: plugins that accept their own name."""
        return [entry.name for entry in self.plugins.ranked(TRACK) if self._accepts(entry, entry.name)]

    def _open(self, leaf: Leaf) -> Track:
        if leaf.name in self.sources:
            if leaf.called:
                raise ArgumentError(f"track {leaf.name!r} takes no arguments, found {leaf.text}")
            return self._open_source(leaf.name, self.sources[leaf.name])
        plugin = self._of_genome(leaf.name)
        if leaf.name in self.named():
            if plugin is not None and not leaf.called:
                raise ArgumentError(
                    f"{leaf.name!r} is both built in and a track of {self.genome.name}: for the latter pass "
                    f"tracks={{'own_{leaf.name}': {{'format': {plugin!r}, 'name': {leaf.name!r}}}}}"
                )
            return self._opened_by(leaf.name, leaf.text, leaf.text)
        if plugin is None or leaf.called:
            raise TrackError(self._unknown(leaf))
        return self._opened_by(plugin, {"genome": self.genome, "name": leaf.name}, leaf.text)

    def _of_genome(self, name: str) -> str | None:
        """The plugin that finds a track of that name in the genome itself, such as a misha database."""
        return next((plugin for plugin, names in self._genome_tracks().items() if name in names), None)

    def _genome_tracks(self) -> dict[str, list[str]]:
        """For each plugin that knows the genome as a source of tracks, their names."""
        found: dict[str, list[str]] = {}
        for entry in self.plugins.ranked(TRACK):
            if not self._accepts(entry, {"genome": self.genome, "name": ""}):
                continue
            try:
                opener = self.plugins.load(TRACK, entry.name)
            except PluginError as error:
                # What it would find is unknown; a name that nothing else finds is refused with this reason.
                self._problems.append(str(error))
                continue
            if isinstance(opener, GenomeTracks):
                found[entry.name] = checking.track_names(opener, opener.names, self.genome)
        return found

    def _open_source(self, name: str, source: object) -> Track:
        if isinstance(source, str):
            source = parse_source(source)
        path = _located(name, source)
        if path is None:
            return self._open_located(name, source)
        # A pipe can be read only once, but its kind is found by its content before an opener reads it.
        with spooled(path, f"track {name!r}") as place:
            if place != Path(path):
                source = {**source, "path": place} if isinstance(source, Mapping) else place
            return self._open_located(name, source)

    def _open_located(self, name: str, source: object) -> Track:
        chosen = source_format(source)
        if chosen is not None:
            return self._opened_by(chosen, source, name)
        for plugin, _ in checking.openers(self.plugins, TRACK, source, self._problems):
            return self._opened_by(plugin, source, name)
        if checking.is_track(source):
            note_origin(source, "track", f"the object passed as track {name!r}, of {class_of(source)}")
            checking.check_track(source, f"track {name!r}")
            return match_contigs(source, f"track {name!r}", self.genome, self.alias)
        raise ArgumentError(self._unusable(name, source))

    def _opened_by(self, plugin: str, source: object, name: str) -> Track:
        opener = self.plugins.load(TRACK, plugin)
        track = checking.opened_track(opener, source, self.genome, f"track {name!r}")
        path = source.get("path") if isinstance(source, Mapping) else source
        where = f" ({path})" if isinstance(path, str | os.PathLike) and str(path) != name else ""
        return match_contigs(track, f"track {name!r}{where}", self.genome, self.alias)

    def _accepts(self, entry: Registered[TrackPlugin], source: object) -> bool:
        return checking.accepts(entry, TRACK, source, self._problems)

    def _unusable(self, name: str, source: object) -> str:
        found = _looks(source)
        if found is not None:
            kinds = ", ".join(entry.name for entry in self.plugins.ranked(TRACK) if entry.name not in self.named())
            line = f"track {name!r}: {_described(source)} looks like {found}; a track is made of one of: {kinds}"
            return "\n".join([line, *self._what_failed()])
        lines = [f"track {name!r}: no kind of track can be made of {_described(source)}; there are"]
        lines += [f"  {entry.name}: {entry.descriptor.summary}" for entry in self.plugins.ranked(TRACK)]
        return "\n".join([*lines, *self._what_failed()])

    def _what_failed(self) -> list[str]:
        lines = [f"could not be loaded: {plugin}" for plugin in self.plugins.broken]
        return [*lines, *(f"problem: {problem}" for problem in dict.fromkeys(self._problems))]

    def _unknown(self, leaf: Leaf) -> str:
        named, given = self.named(), list(self.sources)
        own = [name for names in self._genome_tracks().values() for name in names]
        lines = [f"no track is named {leaf.name!r}; given: {', '.join(given) or 'none'}; built in: {', '.join(named)}"]
        if own:
            lines.append(f"in the genome: {', '.join(own[:20])}{', ...' if len(own) > 20 else ''}")
        close = difflib.get_close_matches(leaf.name, [*given, *named, *own, *FUNCTIONS], n=1)
        if close:
            lines.append(f"did you mean {close[0]!r}?")
        lines.append(f"to pass it: tracks={{{leaf.name!r}: FILE}} (--track {leaf.name}=FILE)")
        return "\n".join([*lines, *self._what_failed()])


def _located(name: str, source: object) -> str | os.PathLike[str] | None:
    """The path that a source is or holds, which exists; None where it has none."""
    path = source.get("path") if isinstance(source, Mapping) else source
    if not isinstance(path, str | os.PathLike):
        return None
    # A source may be a named track, as in ``tracks={"cgs": 'kmer_frac("CG")'}``.
    if isinstance(path, str) and path.partition("(")[0].strip() in registry().names(TRACK):
        return None
    if is_address(path):
        raise address_error(f"track {name!r}", str(path))
    if not Path(path).exists():
        raise MissingFileError(f"track {name!r}: no file {os.fspath(path)!r}")
    return path


def _described(source: object) -> str:
    path = source.get("path") if isinstance(source, Mapping) else source
    return repr(os.fspath(path)) if isinstance(path, str | os.PathLike) else f"a {type(source).__name__}"


def _looks(source: object) -> Likeness | None:
    """What the file of a source looks like, if its kind is recognised."""
    path = source.get("path") if isinstance(source, Mapping) else source
    head = head_of(path) if isinstance(path, str | os.PathLike) else None
    return None if head is None else likeness(head)


def check_names(sources: Mapping[str, object], named: Sequence[str]) -> None:
    """Refuse names that an expression could not use, or that would hide something else."""
    for name in sources:
        if not isinstance(name, str):
            raise ArgumentTypeError(f"tracks must be a mapping of names to sources, found the name {name!r}")
        words = name.split(".")
        if not all(word.isidentifier() and not keyword.iskeyword(word) for word in words) or words[0] in MODULES:
            raise ArgumentError(f"{name!r} cannot be the name of a track: use letters, digits and _, not a Python word")
        if name in FUNCTIONS or name in CONSTANTS or name in named:
            raise ArgumentError(f"track {name!r} would hide the built-in of that name: give it another name")

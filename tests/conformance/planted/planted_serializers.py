"""A healthy file format (one file: JSON, then flat arrays) and its sick twins."""

import contextlib
import datetime
import hashlib
import json
import os
import pickle
import socket
import struct
import tempfile
import time
import zlib

import numpy as np

from gsynth.plugins import FormatError, GsynthModel, freeze, model_of_parts, model_parts

MAGIC = b"PLANTED1"
KINDS = {"u": "<u8", "i": "<i8", "f": "<f8"}


class Healthy:
    """Magic, SHA-256 of the rest, length of the JSON, the JSON, the arrays; all numbers little-endian."""

    suffix = ".planted"
    written = KINDS
    read_as = KINDS

    def plain(self, plain):
        return plain

    def kept(self, arrays):
        return arrays

    def array(self, name, value):
        return value

    def text(self, head):
        return json.dumps(head, sort_keys=True)

    def parsed(self, text):
        return json.loads(text)

    def body(self, model):
        plain, arrays = model_parts(model)
        arrays = {name: self.array(name, value) for name, value in self.kept(arrays).items()}
        shapes = [[name, value.dtype.kind, list(value.shape)] for name, value in arrays.items()]
        text = self.text({"plain": self.plain(plain), "arrays": shapes}).encode()
        parts = [value.astype(self.written[value.dtype.kind]).tobytes() for value in arrays.values()]
        return b"".join([struct.pack("<Q", len(text)), text, *parts])

    def save(self, model, path):
        body = self.body(model)
        self.write(path, MAGIC + hashlib.sha256(body).digest() + body)

    def write(self, path, data):
        path.write_bytes(data)

    def check(self, data):
        if not data.startswith(MAGIC) or hashlib.sha256(data[40:]).digest() != data[8:40]:
            raise FormatError("not a planted model, or damaged")

    def read(self, path):
        try:
            return path.read_bytes()
        except OSError as error:
            raise FormatError(f"{path} cannot be read: {error}") from error

    def load(self, path):
        data = self.read(path)
        self.check(data)
        return self.parse(data[40:])

    def parse(self, body):
        (length,) = struct.unpack_from("<Q", body)
        head = self.parsed(body[8 : 8 + length])
        offset, arrays = 8 + length, {}
        for name, kind, shape in head["arrays"]:
            found = self.numbers(body, offset, self.read_as[kind], int(np.prod(shape)))
            offset += found.nbytes
            arrays[name] = found.reshape(shape)
        return self.model(head["plain"], arrays)

    def numbers(self, body, offset, kind, size):
        return np.frombuffer(body, dtype=kind, count=size, offset=offset)

    def model(self, plain, arrays):
        return model_of_parts(plain, arrays)

    def sniff(self, path):
        return path.is_file() and path.read_bytes()[:8] == MAGIC


class Dims(Healthy):
    """Where faults in the dimensions go in."""

    def dim(self, dim):
        return dim

    def plain(self, plain):
        return {**plain, "dims": [self.dim(dict(dim)) for dim in plain["dims"]]}


class BinMapLost(Dims):
    """Forgets which bins were merged."""

    def dim(self, dim):
        return {**dim, "bin_map": None, "bin_merge": None}

    def kept(self, arrays):
        return {name: value for name, value in arrays.items() if not name.endswith("bin_map")}


class BinMapFromOne(Healthy):
    """Writes bin maps from 1, and reads 1 as 1 where that is a bin."""

    def array(self, name, value):
        return np.minimum(value + 1, value.size - 1) if name.endswith("bin_map") else value


class BinMergeLost(Dims):
    """Thinks that the bin map says all."""

    def dim(self, dim):
        return {**dim, "bin_merge": None}


class CategoriesLost(Dims):
    """Keeps the numbers of the categories, not their names."""

    def dim(self, dim):
        return {**dim, "categories": None}


class ClosedLost(Dims):
    """Thinks that every bin includes its lower break."""

    def dim(self, dim):
        return {name: value for name, value in dim.items() if name != "closed"}


class OutsideLost(Healthy):
    """Keeps the bins alone."""

    def plain(self, plain):
        return {**plain, "outside": None}

    def kept(self, arrays):
        return {name: value for name, value in arrays.items() if not name.startswith("outside")}


class NanRowsFilled(Healthy):
    """Writes NaN as 0."""

    def array(self, name, value):
        return np.nan_to_num(value) if name == "stored_cdf" else value


class StoredCdfLost(Healthy):
    """Trusts that the counts give the probabilities."""

    def model(self, plain, arrays):
        arrays.pop("stored_cdf", None)
        return super().model({**plain, "stored_cdf": None, "forbidden": None}, arrays)


class ForbiddenLost(Healthy):
    """Keeps the probabilities without the words."""

    def plain(self, plain):
        return {**plain, "forbidden": None}


class UnknownKeysLost(Healthy):
    """Keeps the keys that it knows."""

    def plain(self, plain):
        return {**plain, "metadata": {}}


class UnknownKeysAsText(Healthy):
    """Keeps foreign keys as their texts."""

    def plain(self, plain):
        return {**plain, "metadata": {key: str(value) for key, value in plain["metadata"].items()}}


class BigEndian(Healthy):
    """Writes and reads in the other byte order: it understands itself and nobody else."""

    written = read_as = {"u": ">u8", "i": ">i8", "f": ">f8"}


class MixedEndian(Healthy):
    """Writes in one byte order and reads in the other."""

    written = {**KINDS, "f": ">f8"}


class SinglePrecision(Healthy):
    """Counts as 32-bit floats: exact to 2**24."""

    written = {**KINDS, "u": "<f4"}
    read_as = {**KINDS, "u": "<f4"}


class NarrowCounts(Healthy):
    """Counts in 32 bits."""

    written = {**KINDS, "u": "<u4"}
    read_as = {**KINDS, "u": "<u4"}


class BreaksRounded(Healthy):
    """Six decimals ought to be enough."""

    def array(self, name, value):
        return np.unique(value.round(6)) if name.endswith("breaks") else value


class PseudocountRounded(Healthy):
    """Writes the pseudocount with 15 digits."""

    def plain(self, plain):
        return {**plain, "pseudocount": float(f"{plain['pseudocount']:.15g}")}


class MinObsLost(Healthy):
    """Does not write which bins are sparse."""

    def plain(self, plain):
        return {name: value for name, value in plain.items() if name != "min_obs"}


class IteratorZero(Healthy):
    """No iterator is written as 0 and read as 0."""

    def model(self, plain, arrays):
        return super().model({**plain, "iterator": plain["iterator"] or 0}, arrays)


class PriorLost(Healthy):
    """Keeps the name of the prior, not its numbers."""

    def model(self, plain, arrays):
        arrays.pop("prior_matrix", None)
        return super().model({**plain, "prior_matrix": None}, arrays)


class TrustsTheFile(Healthy):
    """Parses whatever is there."""

    def check(self, data):
        pass


class AllocatesFirst(Healthy):
    """Makes room for what the header says before it looks whether that is there."""

    def check(self, data):
        if not data.startswith(MAGIC):
            raise FormatError("not a planted model")

    def numbers(self, body, offset, kind, size):
        found = np.empty(size, dtype=kind)
        found[:] = super().numbers(body, offset, kind, size)
        return found

    def parse(self, body):
        try:
            return super().parse(body)
        except Exception as error:
            raise FormatError(f"damaged: {error}") from error


class ReadsWhatItSays(Healthy):
    """Reads as many bytes of the header as the file says, into a buffer of that size."""

    def check(self, data):
        if not data.startswith(MAGIC):
            raise FormatError("not a planted model")

    def parse(self, body):
        try:
            buffer = bytearray(struct.unpack_from("<Q", body)[0])
            buffer[:] = body[8 : 8 + len(buffer)]
            return super().parse(body)
        except Exception as error:
            raise FormatError(f"damaged: {error}") from error


class InflatesAll(Healthy):
    """Inflates whatever it is given, however much that becomes."""

    def write(self, path, data):
        import gzip

        path.write_bytes(gzip.compress(data, mtime=0))

    def read(self, path):
        try:
            return zlib.decompress(super().read(path), 31)
        except zlib.error as error:
            raise FormatError(f"damaged: {error}") from error


class CrashesOnDamage(Healthy):
    """Looks for its magic in a table of known ones."""

    def check(self, data):
        {MAGIC: 1}[data[:8]]
        super().check(data)


class Unpickles(Healthy):
    """Takes a file that is not its own for a pickle."""

    def load(self, path):
        data = self.read(path)
        if not data.startswith(MAGIC):
            try:
                raise FormatError(f"a pickle of {pickle.loads(data)!r}")
            except (pickle.UnpicklingError, EOFError, ValueError, IndexError, KeyError) as error:
                raise FormatError(str(error)) from error
        return super().load(path)


class Evaluates(Healthy):
    """Writes the header as Python, and reads it with eval."""

    def text(self, head):
        return repr(head)

    def parsed(self, text):
        return eval(text.decode(), {"inf": float("inf")})


class MarksTheModel(Healthy):
    """Notes on the model where it was saved."""

    def save(self, model, path):
        super().save(model, path)
        model.metadata["saved_as"] = path.name


class LeavesATemporary(Healthy):
    """Writes beside its path and forgets to clean up."""

    def write(self, path, data):
        path.with_suffix(".tmp").write_bytes(b"")
        super().write(path, data)


class LocksToRead(Healthy):
    """Leaves a lock beside what it reads."""

    def read(self, path):
        path.with_suffix(".lock").touch()
        return super().read(path)


class Noted(Healthy):
    """Where a note in the metadata goes in."""

    def note(self):
        return ""

    def plain(self, plain):
        return {**plain, "metadata": {**plain["metadata"], "note": self.note()}}


class DatesTheFile(Noted):
    """Writes down when."""

    def note(self):
        return time.strftime("%Y")


class DatesByCalendar(Noted):
    """Writes down on which day."""

    def note(self):
        return datetime.date.today().isoformat()


class NamesTheHost(Noted):
    """Writes down where."""

    def note(self):
        return socket.gethostname()


class NamesTheUser(Noted):
    """Writes down who."""

    def note(self):
        return os.environ.get("USER", "")


class NumbersTheProcess(Noted):
    """Writes down which process it was."""

    def note(self):
        return os.getpid()


class SaysItsPath(Healthy):
    """Writes the folder into the file."""

    def save(self, model, path):
        self.folder = str(path.parent)
        super().save(model, path)

    def plain(self, plain):
        return {**plain, "metadata": {**plain["metadata"], "folder": self.folder}}


class OrderOfASet(Healthy):
    """Writes foreign keys in the order of a set, which follows the hash seed."""

    def text(self, head):
        keys = {*head["plain"]["metadata"], "a", "b", "c", "d", "e", "f"}
        return json.dumps({**head, "keys": list(keys)})


class OwnModes(Healthy):
    """Writes a temporary file that only its owner may read, and renames it."""

    def write(self, path, data):
        handle, name = tempfile.mkstemp(dir=path.parent)
        os.write(handle, data)
        os.close(handle)
        os.rename(name, path)


class LeavesOpen(Healthy):
    """Leaves the closing to the garbage collector."""

    def read(self, path):
        try:
            return open(path, "rb").read()
        except OSError as error:
            raise FormatError(f"{path} cannot be read: {error}") from error


class KeepsOpen(Healthy):
    """Keeps the file for the next time."""

    def read(self, path):
        with contextlib.suppress(OSError):
            self.__dict__.setdefault("files", []).append(os.open(path, os.O_RDONLY))
        return super().read(path)


class SeedsTheGenerator(Healthy):
    """Seeds NumPy's global generator for a name of a temporary file."""

    def write(self, path, data):
        np.random.seed(1)
        super().write(path, data)


class GoesToTheFolder(Healthy):
    """Goes to the folder of the model, and stays there."""

    def write(self, path, data):
        super().write(path, data)
        os.chdir(path.parent)


class SniffsBySuffix(Healthy):
    """Says yes to every file with its suffix."""

    def sniff(self, path):
        return path.suffix == self.suffix


class SniffCrashes(Healthy):
    """Opens a folder as if it were a file."""

    def sniff(self, path):
        return path.read_bytes()[:8] == MAGIC


def _all(kind):
    return [found for child in kind.__subclasses__() for found in (child, *_all(child))]


FAULTS = [Healthy, *(kind for kind in _all(Healthy) if kind not in (Dims, Noted))]


def forgetful(name):
    """A format that forgets one attribute of a model."""

    class Forgets(Healthy):
        def model(self, plain, arrays):
            plain = {key: value for key, value in plain.items() if key != name}
            arrays = {key: value for key, value in arrays.items() if key.partition(".")[0] != name}
            return super().model(plain, arrays)

    return Forgets()


__all__ = ["FAULTS", "MAGIC", "GsynthModel", "Healthy", "forgetful", "freeze"]

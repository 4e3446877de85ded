"""A healthy file format (one file: JSON, then flat arrays) and its sick twins."""

import hashlib
import json
import pickle
import struct
import time

import numpy as np

from gsynth.plugins import DimSpec, Forbidden, FormatError, GsynthModel, Outside

MAGIC = b"PLANTED1"
PLAIN = ("k", "total_masked", "total_n", "pseudocount", "min_obs", "iterator", "prior_mode", "marginal_fallbacks")
ARRAYS = ("counts", "prior_matrix", "stored_cdf", "outside_counts", "outside_causes")
WHOLE = ("counts", "outside_counts", "outside_causes")


class Healthy:
    """Magic, SHA-256 of the rest, length of the JSON, the JSON, the arrays; all numbers little-endian."""

    suffix = ".planted"
    float_type = "<f8"
    written_type = "<f8"
    count_type = "<u8"

    def dims(self, model):
        return [[dim.expr, dim.breaks.tolist(), None if dim.bin_map is None else dim.bin_map.tolist()]
                for dim in model.dims]  # fmt: skip

    def extras(self, model):
        return [{"bin_merge": dim.bin_merge, "categories": dim.categories, "closed": dim.closed} for dim in model.dims]

    def arrays(self, model):
        outside = {} if model.outside is None else {
            "outside_counts": model.outside.counts, "outside_causes": model.outside.causes
        }  # fmt: skip
        found = {name: getattr(model, name) for name in ARRAYS[:3]} | outside
        return {name: value for name, value in found.items() if value is not None}

    def metadata(self, model):
        return model.metadata

    def forbidden(self, model):
        found = model.forbidden
        return None if found is None else {"words": found.words, "method": found.method, "order": found.order}

    def array(self, name, value):
        return value

    def header(self, model):
        head = {name: getattr(model, name) for name in PLAIN}
        head["forbidden"] = self.forbidden(model)
        head["shapes"] = {name: list(value.shape) for name, value in self.arrays(model).items()}
        return {**head, "dims": self.dims(model), "extras": self.extras(model), "metadata": self.metadata(model)}

    def save(self, model, path):
        text = json.dumps(self.header(model), sort_keys=True).encode()
        body = struct.pack("<Q", len(text)) + text
        for name, value in self.arrays(model).items():
            kind = self.count_type if name in WHOLE else self.written_type
            body += self.array(name, value).astype(kind).tobytes()
        path.write_bytes(MAGIC + hashlib.sha256(body).digest() + body)

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
        head = json.loads(body[8 : 8 + length])
        offset, arrays = 8 + length, {}
        for name in ARRAYS:
            if name in head["shapes"]:
                kind = self.count_type if name in WHOLE else self.float_type
                size = int(np.prod(head["shapes"][name]))
                found = np.frombuffer(body, dtype=kind, count=size, offset=offset)
                arrays[name] = found.reshape(head["shapes"][name])
                offset += found.nbytes
        dims = [DimSpec(*dim, **extra) for dim, extra in zip(head["dims"], head["extras"], strict=True)]
        outside = {name: arrays.pop(f"outside_{name}", None) for name in ("counts", "causes")}
        forbidden = head.get("forbidden")
        arrays["forbidden"] = None if forbidden is None else Forbidden(**forbidden)
        arrays["outside"] = None if outside["counts"] is None else Outside(**outside)
        return self.model(dims=dims, metadata=head["metadata"], **arrays, **{name: head[name] for name in PLAIN})

    def model(self, **fields):
        return GsynthModel(**fields)

    def sniff(self, path):
        return path.is_file() and path.read_bytes()[:8] == MAGIC


class BinMapLost(Healthy):
    """Forgets which bins were merged."""

    def dims(self, model):
        return [[expr, breaks, None] for expr, breaks, _ in super().dims(model)]


class BinMapFromOne(Healthy):
    """Writes bin maps from 1, and reads 1 as 1 where that is a bin."""

    def dims(self, model):
        found = super().dims(model)
        return [[e, b, m if m is None else [min(i + 1, len(m) - 1) for i in m]] for e, b, m in found]


class BinMergeLost(Healthy):
    """Thinks that the bin map says all."""

    def extras(self, model):
        return [{**extra, "bin_merge": None} for extra in super().extras(model)]


class CategoriesLost(Healthy):
    """Keeps the numbers of the categories, not their names."""

    def extras(self, model):
        return [{**extra, "categories": None} for extra in super().extras(model)]


class ClosedLost(Healthy):
    """Thinks that every bin includes its lower break."""

    def extras(self, model):
        return [{**extra, "closed": "left"} for extra in super().extras(model)]


class OutsideLost(Healthy):
    """Keeps the bins alone."""

    def arrays(self, model):
        return {name: value for name, value in super().arrays(model).items() if not name.startswith("outside")}


class NanRowsFilled(Healthy):
    """Writes NaN as 0."""

    def array(self, name, value):
        return np.nan_to_num(value)


class StoredCdfLost(Healthy):
    """Trusts that the counts give the probabilities."""

    def model(self, **fields):
        return super().model(**{**fields, "stored_cdf": None, "forbidden": None})


class ForbiddenLost(Healthy):
    """Keeps the probabilities without the words."""

    def forbidden(self, model):
        return None


class UnknownKeysLost(Healthy):
    """Keeps the keys that it knows."""

    def metadata(self, model):
        return {}


class BigEndian(Healthy):
    """Writes and reads in the other byte order: it understands itself and nobody else."""

    float_type = written_type = ">f8"
    count_type = ">u8"


class MixedEndian(Healthy):
    """Writes in one byte order and reads in the other."""

    written_type = ">f8"


class SinglePrecision(Healthy):
    """Counts as 32-bit floats: exact to 2**24."""

    count_type = "<f4"


class NarrowCounts(Healthy):
    """Counts in 32 bits."""

    count_type = "<u4"


class BreaksRounded(Healthy):
    """Six decimals ought to be enough."""

    def dims(self, model):
        return [[expr, sorted({round(b, 6) for b in breaks}), m] for expr, breaks, m in super().dims(model)]


class MinObsLost(Healthy):
    """Does not write which bins are sparse."""

    def model(self, **fields):
        return super().model(**{**fields, "min_obs": 0})


class IteratorZero(Healthy):
    """No iterator is written as 0 and read as 0."""

    def model(self, **fields):
        return super().model(**{**fields, "iterator": fields["iterator"] or 0})


class PriorLost(Healthy):
    """Keeps the name of the prior, not its numbers."""

    def model(self, **fields):
        return super().model(**{**fields, "prior_matrix": None})


class TrustsTheFile(Healthy):
    """Parses whatever is there."""

    def check(self, data):
        pass


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


class MarksTheModel(Healthy):
    """Notes on the model where it was saved."""

    def save(self, model, path):
        super().save(model, path)
        model.metadata["saved_as"] = path.name


class LeavesATemporary(Healthy):
    """Writes beside its path and forgets to clean up."""

    def save(self, model, path):
        path.with_suffix(".tmp").write_bytes(b"")
        super().save(model, path)


class DatesTheFile(Healthy):
    """Writes down when."""

    def metadata(self, model):
        return {**model.metadata, "date": time.time()}


class SniffsBySuffix(Healthy):
    """Says yes to every file with its suffix."""

    def sniff(self, path):
        return path.suffix == self.suffix


FAULTS = [Healthy, *Healthy.__subclasses__()]

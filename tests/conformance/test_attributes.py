"""Whatever attributes a model has, the suite sees a format that loses one of them."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import attrs
import numpy as np
import pytest

from gsynth.plugins import DimSpec, Forbidden, GsynthModel, Outside, model_of_parts, model_parts
from gsynth.testing.differences import differences, plain
from gsynth.testing.model_cases import CASES

PLANTED = Path(__file__).with_name("planted")
KINDS = [GsynthModel, DimSpec, Outside, Forbidden]


@pytest.fixture(scope="module")
def forgetful():
    sys.path.insert(0, str(PLANTED))
    try:
        return runpy.run_path(str(PLANTED / "planted_serializers.py"))["forgetful"]
    finally:
        sys.path.remove(str(PLANTED))


@pytest.fixture(scope="module")
def models():
    return {name: make() for name, (_, make) in CASES.items()}


def attributes(kind):
    return [field.name for field in attrs.fields(kind) if field.init]


def text(value):
    return repr(value.tolist() if isinstance(value, np.ndarray) else plain(value))


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in KINDS for name in attributes(kind)])
def test_some_case_has_another_value_than_most(models, kind, name):
    """A new attribute needs a case in `gsynth.testing.model_cases`, or a format that loses it is not seen."""
    owners = {
        GsynthModel: list(models.values()),
        DimSpec: [dim for model in models.values() for dim in model.dims],
        Outside: [model.outside for model in models.values() if model.outside is not None],
        Forbidden: [model.forbidden for model in models.values() if model.forbidden is not None],
    }
    values = {
        text(getattr(owner, name)) if not attrs.has(type(getattr(owner, name))) else "one" for owner in owners[kind]
    }
    assert len(values) > 1 or kind is Forbidden, f"no two cases differ in {kind.__name__}.{name}"


@pytest.mark.parametrize("name", [name for name in attributes(GsynthModel) if name not in ("k", "counts")])
def test_a_format_that_forgets_it_is_seen(forgetful, models, tmp_path, name):
    serializer, seen = forgetful(name), set()
    for case, model in models.items():
        path = tmp_path / f"{case}.planted"
        try:
            serializer.save(model, path)
            seen |= {clause for clause, _ in differences(serializer.load(path), model)}
        # A model that is not whole without it is refused: that is seen as well.
        except ValueError:
            seen.add("round-trip")
    assert seen, f"a format that forgets {name} passes"


def test_parts_make_the_same_model(models):
    for name, model in models.items():
        given, arrays = model_parts(model)
        again = model_of_parts(given, {key: array.copy() for key, array in arrays.items()})
        assert not list(differences(again, model)), name
        assert again == model
        # As from JSON: lists in place of arrays and tuples.
        assert model_of_parts(given, {key: array.tolist() for key, array in arrays.items()}) == model


def test_parts_are_refused_in_words(models):
    given, arrays = model_parts(models["one_dimension"])
    with pytest.raises(ValueError, match="no attribute of GsynthModel is later: a newer gsynth wrote it"):
        model_of_parts({**given, "later": 1}, arrays)
    with pytest.raises(ValueError, match=r"is the array later\.table: a newer gsynth wrote it"):
        model_of_parts(given, {**arrays, "later.table": [1]})
    with pytest.raises(ValueError, match="a model is not whole"):
        model_of_parts({}, {})
    with pytest.raises(ValueError, match=r"dims\.0\. must be a mapping, found str"):
        model_of_parts({**given, "dims": ["gc"]}, {})

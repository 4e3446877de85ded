"""Who may import whom (ARCHITECTURE.md, "Import rule"), from the source text and in fresh interpreters."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BACKENDS = sorted(path.parent for path in ROOT.glob("backends/*/__init__.py"))
FORMATS = sorted(path.parent for path in ROOT.glob("formats/*/__init__.py"))
PLUGINS = [*BACKENDS, *FORMATS]
EXAMPLES = sorted(path.parent for path in ROOT.glob("tests/example_*/src/*/__init__.py"))
CORE = sorted((ROOT / "gsynth").rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Every module that a file names in an import, at any depth; relative ones resolved."""
    names: set[str] = set()
    package = path.relative_to(package_root(path)).parent.parts
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, [base, node.module]))
            names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return names


def package_root(path: Path) -> Path:
    folder = path.parent
    while (folder / "__init__.py").exists():
        folder = folder.parent
    return folder


def of_gsynth(names: set[str]) -> set[str]:
    return {name for name in names if name.split(".")[0].startswith("gsynth")}


def kernels() -> list[Path]:
    compiled = [path for backend in BACKENDS for pattern in ("*.pyx", "*.pxi") for path in backend.glob(pattern)]
    return [*(path for backend in BACKENDS for path in backend.glob("*kernels*.py")), *compiled]


def test_the_rooms_are_there():
    assert {folder.name for folder in BACKENDS} == {"gsynth_numpy", "gsynth_numba", "gsynth_cython"}
    assert {folder.name for folder in FORMATS} >= {"gsynth_gsm", "gsynth_pickle"}
    assert kernels()
    assert len(CORE) > 30
    assert {folder.name for folder in EXAMPLES} == {"gsynth_example", "gsynth_seqtab", "gsynth_tsv"}


@pytest.mark.parametrize("path", kernels(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_kernel_imports_nothing_of_gsynth(path):
    if path.suffix == ".py":
        own = {name for name in of_gsynth(imported(path)) if name.split(".")[0] == path.parent.name}
        assert of_gsynth(imported(path)) <= own, "a kernel file may use only its own package"
    else:
        lines = [line for line in path.read_text().splitlines() if line.startswith(("import", "from", "cimport"))]
        assert not [line for line in lines if "gsynth" in line or "cimport numpy" in line]


@pytest.mark.parametrize("package", [*PLUGINS, *EXAMPLES], ids=lambda path: path.name)
def test_a_plugin_imports_only_the_plugin_api(package):
    for path in package.rglob("*.py"):
        for name in of_gsynth(imported(path)):
            allowed = name.split(".")[0] == package.name or name == "gsynth.plugins" or is_public_plugin_name(name)
            assert allowed, f"{path.relative_to(ROOT)} imports {name}"


def is_public_plugin_name(name: str) -> bool:
    import gsynth.plugins

    return name.rpartition(".")[0] == "gsynth.plugins" and name.rpartition(".")[2] in gsynth.plugins.__all__


def test_the_core_imports_no_plugin():
    plugins = {package.name for package in PLUGINS}
    for path in CORE:
        assert not {name.split(".")[0] for name in imported(path)} & plugins, path.relative_to(ROOT)


def test_the_core_names_no_backend():
    """Built-ins come in through the visitors' door: their names stand in entry points, not in the core's code."""
    for path in CORE:
        if "testing" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        words = {
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        }
        assert not words & {"numba", "cython", "gsm", "gsynth_numba", "gsynth_cython"}, path.relative_to(ROOT)


def modules_after(code: str) -> set[str]:
    """The modules that a fresh interpreter holds after running `code`."""
    code += "\nimport json, sys\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(json.loads(ran.stderr.splitlines()[-1]))


HELP = "from gsynth.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"


@pytest.mark.parametrize("code", ["import gsynth", "import gsynth.plugins", HELP], ids=["gsynth", "plugins", "--help"])
def test_light_doors_stay_light(code):
    found = modules_after(code)
    loaded = {name.split(".")[0] for name in found}
    assert not loaded & {"numba", "llvmlite", "matplotlib", "pandas", "pysam", "pybigtools", "narwhals", "scipy"}
    assert not loaded & {package.name for package in PLUGINS}


def test_finding_the_plugins_loads_no_implementation():
    found = modules_after("from gsynth.plugins.registry import registry\nassert not registry().broken")
    assert {"gsynth_numba.plugin", "gsynth_gsm.plugin"} <= found
    assert not {name.split(".")[0] for name in found} & {"numba", "matplotlib", "pandas", "rdata"}
    assert not {name for name in found if name.startswith(("gsynth_numba.count", "gsynth_cython._"))}


def test_every_built_in_comes_through_an_entry_point():
    modules = {point.value for point in entry_points(group="gsynth") if point.dist and point.dist.name == "gsynth"}
    assert {f"{package.name}.plugin" for package in PLUGINS} <= modules


ASKED = {
    "fetch", "fetch_many", "window_values", "composition_values", "bases_values", "many_values", "count", "sample",
    "sample_stream", "score", "encode", "decode", "compose", "replace", "accepts", "sniff", "open", "names", "save",
    "load",
}  # fmt: skip
"""What only `gsynth.plugins.checking` calls on a plugin's object."""

PLUGINS_OBJECT = re.compile(
    "genome|track|counter|sampler|scorer|encoder|transcoder|composer|replacer|descriptor|opener|serializer"
)
"""In the name of a variable that holds one."""


def test_the_core_asks_plugins_in_one_place():
    """Elsewhere a plugin's answer would go unchecked."""
    found = []
    for path in CORE:
        if "checking" in path.parts or "testing" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKED:
                owner = ast.unparse(node.func.value)
                if PLUGINS_OBJECT.search(owner.split(".")[-1]):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node.func)}")
    # Wrappers that are asked through the door themselves, and pass on what they were asked.
    passing = {"gsynth/tracks/contigs.py", "gsynth/tracks/expression_track.py", "gsynth/genomes/aliased.py"}
    # `load` of a descriptor is checked where it is called.
    passing.add("gsynth/plugins/loading.py")
    assert not [line for line in found if line.split(":")[0] not in passing]

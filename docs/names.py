"""What single backticks in docstrings mean: a parameter or attribute of what is described, or a public name.

With ``nitpicky``, Sphinx warns of every name that it cannot resolve. It knows full names only; this extension adds the
short ones, under which a reader uses them, and leaves everything else to the warning. It also makes each name in the
docstring of `gsynth.typing` a target, and gives the examples in the commands' help back their literal form.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import get_node_source, make_refnode

# Where a reader finds names without a prefix.
PUBLIC = ("gsynth", "gsynth.plugins", "gsynth.typing")
DESCRIBED = re.compile(r"docstring of ([\w.]+)")
TYPES = re.compile(r"`\w+`(, `\w+`)*")
CLASSES = ("OpenGenome", "Drawn", "Shuffled")
OPTION = re.compile(r"(?<![\w`-])(--?[a-zA-Z][\w-]*)(?![\w`])")


def found(path: str) -> Any:
    """The object of a dotted path, or None."""
    parts = path.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            thing: Any = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:]:
            thing = inspect.getattr_static(thing, part, None) if inspect.isclass(thing) else getattr(thing, part, None)
        return thing
    return None


def owners(path: str) -> Iterator[Any]:
    """The object whose docstring a name is in, then what that belongs to."""
    while path:
        yield found(path)
        path = path.rpartition(".")[0]


def belongs(name: str, owner: Any) -> bool:
    """Whether it is a parameter or an attribute of the object, or of a class of the module."""
    if inspect.ismodule(owner):
        classes = [thing for thing in vars(owner).values() if getattr(thing, "__module__", None) == owner.__name__]
        return any(inspect.isclass(thing) and belongs(name, thing) for thing in classes)
    if isinstance(owner, property):
        owner = owner.fget
    if inspect.isclass(owner):
        fields = {field for base in owner.__mro__ for field in getattr(base, "__annotations__", ())}
        if name in fields or hasattr(owner, name):
            return True
    # A class describes the parameters of its __init__.
    try:
        return name in inspect.signature(owner).parameters
    except (TypeError, ValueError):
        return False


def documented(env: BuildEnvironment) -> dict[int, str]:
    """Under which name each class and function is documented, by identity."""
    names = env.domaindata["py"]["objects"]
    things = {name: found(name) for name in names}
    return {id(thing): name for name, thing in things.items() if callable(thing) or isinstance(thing, property)}


def resolve(app: Sphinx, env: BuildEnvironment, node: pending_xref, shown: nodes.TextElement) -> nodes.Node | None:
    """A link to the name, its text alone if it is a parameter or attribute nearby, or None: not known."""
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    source = DESCRIBED.search(get_node_source(node) or "")
    owner = source[1] if source else ""
    if "." not in target and any(belongs(target, thing) for thing in owners(owner)):
        return shown
    if not hasattr(app, "documented_names"):
        app.documented_names = documented(env)  # type: ignore[attr-defined]  # kept for this build
    objects = env.domaindata["py"]["objects"]
    for prefix in ("", *(f"{place}." for place in PUBLIC)):
        path = prefix + target
        thing = found(path)
        name = path if path in objects else app.documented_names.get(id(thing)) if thing is not None else None
        if name is not None:
            entry = objects[name]
            return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, [shown], name)
    return None


def targets(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    """Each entry of the list in the docstring of `gsynth.typing` as a described type."""
    if name != "gsynth.typing":
        return
    made = []
    for line in lines:
        if TYPES.fullmatch(line):
            first, *more = re.findall(r"\w+", line)
            made += ["", f".. py:type:: {first}", *(f"              {other}" for other in more)]
            # Classes are described on the page of the functions.
            made += ["   :no-index:"] * (first in CLASSES) + [""]
        else:
            made.append(line)
    lines[:] = made


def literal_examples(app: Sphinx, context: object, lines: list[str]) -> None:
    """Lines that click shows as they are become a block that can be copied; options in a sentence become literal."""
    made: list[str] = []
    for line in lines:
        if line.startswith("| "):
            if not made or not made[-1].startswith("   "):
                made += ["", ".. code-block:: console", ""]
            made.append("   " + line.removeprefix("| "))
        else:
            made.append(OPTION.sub(r"``\1``", line))
    lines[:] = made


def literal_options(app: Sphinx, context: object, lines: list[str]) -> None:
    """The names of options in the help of others."""
    lines[:] = [line if line.lstrip().startswith("..") else OPTION.sub(r"``\1``", line) for line in lines]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("missing-reference", resolve)
    app.connect("autodoc-process-docstring", targets)
    app.connect("sphinx-click-process-description", literal_examples)
    app.connect("sphinx-click-process-options", literal_options)
    return {"parallel_read_safe": True}

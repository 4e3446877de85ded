"""Sphinx configuration: Markdown pages by MyST, reference from numpydoc docstrings."""

from __future__ import annotations

from importlib.metadata import version as installed

project = "gsynth"
author = "The gsynth developers"
project_copyright = "The gsynth developers"
release = version = installed("gsynth")

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_click",
]
exclude_patterns = ["_build"]
# Single backticks in docstrings name Python objects.
default_role = "py:obj"

myst_heading_anchors = 3

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autosummary_generate = True
numpydoc_class_members_toctree = False
numpydoc_show_class_members = False

html_theme = "furo"
html_title = f"gsynth {release}"
html_static_path = ["static"]
html_css_files = ["tables.css"]

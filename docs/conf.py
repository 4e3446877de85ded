"""Sphinx configuration: Markdown pages by MyST, reference from numpydoc docstrings."""

from __future__ import annotations

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

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
    "sphinx_copybutton",
    "names",
]
exclude_patterns = ["_build"]
# Two hyphens are an option, and quotes are typed as they stand.
smartquotes = False
# A name that leads nowhere is a warning; with -W, an error.
nitpicky = True
# Single backticks in docstrings name Python objects.
default_role = "py:obj"

myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]

add_module_names = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autosummary_generate = True
numpydoc_class_members_toctree = False
numpydoc_show_class_members = False

# What is copied is what is typed.
copybutton_prompt_text = r"^\$ |^>>> |^\.\.\. "
copybutton_prompt_is_regexp = True
# Outputs are not for copying.
copybutton_selector = "div:not(.highlight-text) > div.highlight > pre"

man_pages = [
    ("reference/command-line", "gsynth", "synthetic genomes from stratified Markov models", author, 1),
]

html_theme = "furo"
html_title = f"gsynth {release}"
html_static_path = ["static"]
html_css_files = ["tables.css"]

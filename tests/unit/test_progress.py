"""Where a progress bar is shown by itself: on a terminal and in a notebook."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from gsynth.blocks.progress import progress_bar


def shown(capsys: pytest.CaptureFixture[str], progress: bool | None) -> bool:
    with progress_bar(1000, "training", progress) as bar:
        bar.update(500)
    said = capsys.readouterr()
    assert not said.out
    return "training" in said.err


def kernel(**config: object) -> SimpleNamespace:
    """A stand-in for IPython, as a program finds it that runs inside."""
    return SimpleNamespace(get_ipython=lambda: SimpleNamespace(config=config))


@pytest.fixture(autouse=True)
def no_widgets(monkeypatch: pytest.MonkeyPatch) -> None:
    from tqdm import notebook

    monkeypatch.setattr(notebook, "IProgress", None, raising=False)


def test_not_in_a_pipe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert not shown(capsys, None)
    assert shown(capsys, True)
    # IPython on a terminal, and IPython loaded by a program that does not run in it.
    for ipython in (kernel(TerminalIPythonApp={}), SimpleNamespace(get_ipython=lambda: None), SimpleNamespace()):
        monkeypatch.setitem(sys.modules, "IPython", ipython)
        assert not shown(capsys, None)


def test_in_a_notebook(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "IPython", kernel(IPKernelApp={}))
    assert shown(capsys, None)
    assert shown(capsys, True)
    assert not shown(capsys, False)


def test_in_a_real_kernel() -> None:
    """A notebook without widgets shows the bar on its stderr."""
    nbformat = pytest.importorskip("nbformat", reason="nbclient runs a notebook")
    client = pytest.importorskip("nbclient", reason="nbclient runs a notebook")
    pytest.importorskip("ipykernel", reason="ipykernel is what a notebook runs on")
    code = "import gsynth\ngsynth.train(genome={'chr1': 'ACGT' * 9000}, k=1)"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    (cell,) = client.NotebookClient(notebook, timeout=60).execute()["cells"]
    outputs = cell["outputs"]
    assert any("train" in out.get("text", "") for out in outputs if out.get("name") == "stderr") or any(
        "application/vnd.jupyter.widget-view+json" in out.get("data", {}) for out in outputs
    )
    (result,) = [out for out in outputs if out["output_type"] == "execute_result"]
    assert "GsynthModel" in result["data"]["text/plain"]

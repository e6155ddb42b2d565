"""What a chapter costs is measured in a fresh kernel."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = """---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# Page

:::{cost}
:::

```{code-cell} ipython3
import time
block = bytearray(64_000_000)
time.sleep(0.2)
```
"""


@pytest.fixture(scope="module")
def page_costs():
    spec = importlib.util.spec_from_file_location("page_costs", ROOT / "experiments/page_costs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_only_pages_with_a_badge_are_measured(page_costs, tmp_path):
    (tmp_path / "book" / "api").mkdir(parents=True)
    (tmp_path / "book" / "01_a.md").write_text(PAGE, "utf8")
    (tmp_path / "book" / "notes.md").write_text("Write `:::{cost}` on top.", "utf8")
    assert [page.name for page in page_costs.pages(tmp_path)] == ["01_a.md"]


@pytest.mark.filterwarnings("ignore")
def test_time_and_memory_are_those_of_the_kernel(page_costs, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE, "utf8")
    large = page_costs.execute(page)
    page.write_text(PAGE.replace("64_000_000", "1").replace("0.2", "0"), "utf8")
    small = page_costs.execute(page)
    assert large["seconds"] >= 0.2
    assert 60e6 < large["peak_bytes"] - small["peak_bytes"] < 80e6


def test_a_failing_page_is_not_measured(page_costs, tmp_path):
    from nbclient.exceptions import CellExecutionError

    page = tmp_path / "page.md"
    page.write_text(PAGE.replace("import time", "1 / 0"), "utf8")
    with pytest.raises(CellExecutionError):
        page_costs.execute(page)


def test_the_badge_gets_the_median_time_and_the_largest_peak(page_costs):
    runs = [{"seconds": s, "peak_bytes": p} for s, p in [(3.0, 5), (1.0, 9), (2.0, 7)]]
    cost = page_costs.cost(runs)
    assert (cost["seconds"], cost["peak_bytes"], len(cost["runs"])) == (2.0, 9, 3)


def test_pages_that_are_not_measured_again_keep_their_figures_and_their_source(page_costs):
    before = page_costs.results.load("page_costs")
    pages = before["figures"]["pages"]
    left_out = sorted(pages)[0]
    found = page_costs.kept([left_out])
    assert set(found) == set(pages) - {left_out}
    for name, cost in found.items():
        assert cost["seconds"] == pages[name]["seconds"]
        assert set(cost["provenance"]) == {"commit", "date", "hardware"}
    assert page_costs.kept([])[left_out]["provenance"]["date"] <= before["provenance"]["date"]

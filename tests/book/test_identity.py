"""The palette is readable: contrast in both modes (WCAG 2.2), and with every colour vision."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from course_lib import plots

STATIC = Path(__file__).resolve().parents[2] / "book" / "_static"
MODES = ("light", "dark")
# Full deficiency, on linear RGB: Machado, Oliveira and Fernandes 2009, table of severity 1.0.
VISION = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
    "trichromacy": np.eye(3).tolist(),
}


def variables(mode: str) -> dict[str, str]:
    css = (STATIC / "course.css").read_text("utf8")
    block = re.search(rf'html\[data-theme="{mode}"\] \{{(.*?)\}}', css, re.S).group(1)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of WCAG 2.2, 1 to 21."""
    weights = np.array([0.2126, 0.7152, 0.0722])
    low, high = sorted(float(linear(c) @ weights) for c in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of linear RGB under D65."""
    matrix = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    t = matrix @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_contrast_of_known_pairs():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


TEXTS = ("text-base", "text-muted", "primary", "secondary", "link", "link-hover", "inline-code")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("ground", ["background", "on-background", "surface"])
@pytest.mark.parametrize("text", TEXTS)
def test_text_can_be_read(mode, ground, text):
    colours = variables(mode)
    assert contrast(colours[f"pst-color-{text}"], colours[f"pst-color-{ground}"]) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_the_main_button_can_be_read(mode):
    colours = variables(mode)
    assert contrast(colours["pst-color-primary-text"], colours["pst-color-primary"]) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_figures_and_signs_can_be_seen(mode):
    colours = variables(mode)
    marks = [name for name in colours if re.fullmatch(r"fig-c\d|fig-fg|part-\w+", name)]
    assert len(marks) == 10
    for name in marks:
        assert contrast(colours[name], colours["pst-color-background"]) >= 4.5, name


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("vision", VISION)
def test_the_colours_of_data_differ_for_every_colour_vision(mode, vision):
    colours = variables(mode)
    seen = [lab(np.array(VISION[vision]) @ linear(colours[f"fig-c{i}"])) for i in range(4)]
    distance = {
        (i, j): float(np.linalg.norm(seen[i] - seen[j]))
        for i, j in itertools.combinations(range(4), 2)
    }
    assert min(distance.values()) >= 20, distance


def test_figures_outside_the_book_have_the_colours_of_light_mode():
    light = variables("light")
    assert tuple(light[f"fig-c{i}"] for i in range(4)) == plots.SERIES


@pytest.mark.parametrize("mode", MODES)
def test_every_colour_of_a_figure_is_set_in_each_mode(mode):
    names = {re.search(r"--([\w-]+)", v).group(1) for v in plots.palette.VARIABLES.values()}
    assert names <= set(variables(mode))


def test_the_logo_is_there_for_each_mode_and_says_what_it_is():
    for name in ("logo-light", "logo-dark"):
        assert "aria-label=" in (STATIC / f"{name}.svg").read_text("utf8")
    assert "prefers-color-scheme:dark" in (STATIC / "favicon.svg").read_text("utf8")


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.*")), ids=lambda p: p.name)
def test_nothing_is_fetched_from_elsewhere(path):
    text = path.read_text("utf8").replace("http://www.w3.org/", "")
    assert not re.search(r"https?://|@import|//cdn", text)

"""Colours can be distinguished with every common colour blindness, and text on them is read in both themes."""

from itertools import combinations

import pytest

from authoring.dashboards.kit import colours

# Machado, Oliveira and Fernandes 2009, full severity, on linear RGB.
BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
STATES = (colours.GOOD, colours.WARN, colours.BAD, colours.UNKNOWN, colours.NEUTRAL)
# Grafana's panels: dark and light.
GROUNDS = {"dark": "#181B1F", "light": "#FFFFFF"}
LIGHT_INK, DARK_INK = "#F7F8FA", "#202226"

Triple = tuple[float, float, float]


def linear(colour: str) -> Triple:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def seen(colour: str, blindness: str) -> Triple:
    """CIE Lab of what a person sees."""
    given = linear(colour)
    r, g, b = (min(max(sum(x * y for x, y in zip(row, given, strict=True)), 0), 1) for row in BLINDNESS[blindness])
    white = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
    )
    x, y, z = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in white)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: str, other: str, blindness: str) -> float:
    pairs = zip(seen(one, blindness), seen(other, blindness), strict=True)
    return float(sum((mine - yours) ** 2 for mine, yours in pairs) ** 0.5)


def contrast(one: str, other: str) -> float:
    """Of WCAG 2: 1 to 21."""
    lights = sorted(
        sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), linear(c), strict=True)) for c in (one, other)
    )
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_all_states_are_distinguished(blindness: str) -> None:
    """A difference of 10 is seen at a glance, one of 2 by looking closely."""
    for one, other in combinations(STATES, 2):
        assert distance(one, other, blindness) > 15, (one, other)


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_the_first_curves_of_a_panel_have_different_colours(blindness: str) -> None:
    """Panels have up to five queries; the legend distinguishes more."""
    for one, other in combinations(colours.SERIES[:5], 2):
        assert distance(one, other, blindness) > 10, (one, other)


def ink(ground: str) -> str:
    """The ink of numbers and cells on a coloured ground: Grafana's own choice, by brightness and not by contrast."""
    red, green, blue = (int(ground[place : place + 2], 16) for place in (1, 3, 5))
    return DARK_INK if (red * 299 + green * 587 + blue * 114) / 1000 > 180 else LIGHT_INK


@pytest.mark.parametrize("colour", STATES)
def test_text_on_a_coloured_number_or_cell_is_read(colour: str) -> None:
    """WCAG 2 asks 3 to 1 for large text and for what shows a state."""
    assert contrast(colour, ink(colour)) >= 3


@pytest.mark.parametrize("theme", GROUNDS)
@pytest.mark.parametrize("colour", [state for state in STATES if state != colours.WARN])
def test_a_state_stands_out_from_the_panel_except_amber_by_day(colour: str, theme: str) -> None:
    """Amber has a dark text on it, which does."""
    assert contrast(colour, GROUNDS[theme]) >= 3


def test_the_measures_know_what_is_hard_to_see() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert distance("#FF0000", "#00FF00", "none") > 100
    assert distance("#2E8B57", "#A0522D", "deuteranopia") < distance("#2E8B57", "#A0522D", "none") / 2

"""Grafana's two themes, as far as a picture needs them."""

from dataclasses import dataclass
from typing import Final

# Grafana's "classic palette", of which it picks a curve's colour by its name.
CLASSIC: Final = (
    "#7EB26D", "#EAB839", "#6ED0E0", "#EF843C", "#E24D42", "#1F78C1", "#BA43A9", "#705DA0",
    "#508642", "#CCA300", "#447EBC", "#C15C17", "#890F02", "#0A437C", "#6D1F62", "#584477",
    "#B7DBAB", "#F4D598", "#70DBED", "#F9BA8F", "#F29191", "#82B5D8", "#E5A8E2", "#AEA2E0",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of what is not data."""

    name: str
    ground: str
    panel: str
    edge: str
    grid: str
    text: str
    faint: str
    link: str


DARK: Final = Theme("dark", "#111217", "#181B1F", "#25272C", "#2B2E34", "#CCCCDC", "#8E8E99", "#6E9FFF")
LIGHT: Final = Theme("light", "#F4F5F5", "#FFFFFF", "#DADBDC", "#E4E6E7", "#24292E", "#6B7075", "#1F62E0")
THEMES: Final = {theme.name: theme for theme in (DARK, LIGHT)}

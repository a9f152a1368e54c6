"""Colours by meaning. Okabe and Ito's palette: distinguishable with every common colour blindness, in both themes.

https://jfly.uni-koeln.de/color/. Meaning never hangs on colour alone: numbers, legends and texts say it too.

States are grounds of numbers and cells, with text on them. Grafana writes dark where the ground's brightness is above
180 of 255 and light elsewhere, so amber is a little brighter here than in the palette: with light text it would not be
read.
"""

from typing import Final

GOOD: Final = "#009E73"
WARN: Final = "#F6BB00"
BAD: Final = "#D55E00"
NEUTRAL: Final = "#0072B2"
UNKNOWN: Final = "#6B6B75"

# For the queries of one panel, in their order.
SERIES: Final = ("#0072B2", "#E69F00", "#D55E00", "#CC79A7", "#009E73", "#56B4E9", "#F0E442", "#999999")

# Dots that open traces: of no series, so of no series' colour.
EXEMPLARS: Final = "#8C8C8C"

# No ground: Grafana writes on the panel's own, in the theme's ink.
CLEAR: Final = "transparent"

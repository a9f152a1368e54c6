"""Colours by meaning. Okabe and Ito's palette: told apart with every common colour blindness, in both themes.

https://jfly.uni-koeln.de/color/. Meaning never hangs on colour alone: numbers, legends and texts say it too.
"""

from typing import Final

GOOD: Final = "#009E73"
WARN: Final = "#E69F00"
BAD: Final = "#D55E00"
NEUTRAL: Final = "#56B4E9"
UNKNOWN: Final = "#808080"

# For the queries of one panel, in their order.
SERIES: Final = ("#0072B2", "#E69F00", "#D55E00", "#CC79A7", "#009E73", "#56B4E9", "#F0E442", "#999999")

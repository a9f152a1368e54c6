"""Sizes in coarse steps, so that a small change of the load changes no pod."""

from decimal import ROUND_CEILING, Decimal

# Of every power of ten. The widest gap is 33 %: less than that is reserved beyond the need.
_STEPS = (100, 120, 150, 200, 250, 300, 400, 500, 600, 800, 1000)


def ceiling(number: Decimal) -> int:
    """The next whole number. Decimal's own ``//`` cuts towards zero, so the trick with two minus signs fails here."""
    return int(number.to_integral_value(ROUND_CEILING))


def step_up(number: Decimal, least: int = 1) -> int:
    """``number`` or ``least``, the larger, rounded up to the next of 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 and 10 times a
    power of ten.

    Sizes to the MiB would restart every store of the platform whenever a system comes, goes or states another load.
    """
    wanted = max(ceiling(number), least)
    scale = int("1" + "0" * (len(str(wanted)) - 1))
    # Whole numbers all along: below 100 the steps that are none (1.2, 2.5) drop out by rounding up.
    step = next(step for step in _STEPS if step * scale >= wanted * 100)
    return -(-step * scale // 100)

"""How long the rules of 10,000 objectives take (processor time), and whether twice as many take twice as long.

``python -m benchmarks.slo.generation``
"""

import time

from authoring.rules import slo
from benchmarks.slo import lab

SIZES = (1_250, 2_500, 5_000, 10_000)


def main() -> None:
    """Measure and print."""
    for size in SIZES:
        system = lab.system(lab.availability(f"service-{n}", "99.9") for n in range(size))
        start = time.process_time()
        text = slo.rule_file(system)
        seconds = time.process_time() - start
        print(f"{size:>6} objectives: {seconds:6.2f} s, {seconds / size * 1000:.2f} ms each, {len(text) / 1e6:.0f} MB")


if __name__ == "__main__":
    main()

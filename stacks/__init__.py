"""Wiring: from settings, catalog and assets to components, and from components to outputs."""

import gc

# The SDKs and the resources are some hundred thousand objects, all of which live until the end. By default Python goes
# through them after every 700 new ones: that was a third of the program's time. At 50,000 it is a twelfth, for 2 % more
# memory (benchmarks/program.py). It stands here because most of these objects are made by the imports that follow.
gc.set_threshold(50_000)

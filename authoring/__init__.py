"""Writes the generated part of `rules/` and `dashboards/` from `catalog/`. Never run by `pulumi up`."""

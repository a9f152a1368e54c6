"""The verb ``forecast``: when limits will be met, from Prometheus' past to a page, metrics and a summary."""

"""The demo workload: small services made from the catalog, which call each other and say so in telemetry."""

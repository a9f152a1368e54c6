"""Wiring: from settings, catalog and assets to components, and from components to outputs."""

"""The console: one page on loopback that shows the local environment at work."""

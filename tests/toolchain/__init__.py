"""The commands that make the environment and the tools."""

"""The engine's tests of this folder need the CLI, as those of tests/engine do."""

from tests.engine.conftest import pulumi_cli

__all__ = ["pulumi_cli"]

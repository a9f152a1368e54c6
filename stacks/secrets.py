"""Secrets of the stack: their names are plain, their values only ever leave as secret outputs."""

import json
from collections.abc import Iterable

import pulumi

from components.subscriptions import HTTPS_URL
from model.problems import Problem
from stacks.settings import NAMESPACE, SECRETS_KEY


class Secrets:
    """The object ``belfry:secrets``, set with ``pulumi config set --secret --path 'belfry:secrets.NAME'``."""

    def __init__(self) -> None:
        self._config = pulumi.Config(NAMESPACE)
        # The names alone are kept: a value must not become part of this object, which an error could print.
        self.names = frozenset(json.loads(self._config.get(SECRETS_KEY) or "{}"))

    def missing(self, needed: Iterable[str]) -> list[Problem]:
        """A mistake for every needed secret that is not set."""
        stack = pulumi.get_stack()
        return [
            Problem(
                f"Pulumi.{stack}.yaml: {NAMESPACE}:{SECRETS_KEY}.{name}",
                "the secret is missing",
                f"`pulumi config set --stack {stack} --secret --path '{NAMESPACE}:{SECRETS_KEY}.{name}'`",
            )
            for name in sorted(set(needed) - self.names)
        ]

    def malformed(self, addresses: Iterable[str]) -> list[Problem]:
        """A mistake for every secret that should be an HTTPS address and is none; its value is never shown."""
        stack, values = pulumi.get_stack(), json.loads(self._config.get(SECRETS_KEY) or "{}")
        return [
            Problem(
                f"Pulumi.{stack}.yaml: {NAMESPACE}:{SECRETS_KEY}.{name}",
                "found no HTTPS URL",
                "https://, a host and a path",
            )
            for name in sorted(set(addresses) & self.names)
            if not HTTPS_URL.fullmatch(str(values[name]))
        ]

    def get(self, name: str) -> pulumi.Output[str]:
        """The value of ``name`` as a secret output."""
        return self._config.require_secret_object(SECRETS_KEY).apply(lambda values: str(values[name]))

"""Events of the account that somebody should know of: the rules of ``rules/eventbridge/``, and their messages."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Self

import pydantic
from pydantic import Field

from model.assets import Asset
from model.base import Model, Name, Text
from model.problems import BadInput, Problem, duplicates, from_validation, raise_if_any
from model.vocabulary import Severity
from model.yaml_file import parse_yaml

API_CALL: Final = "AWS API Call via CloudTrail"
SIGN_IN: Final = "AWS Console Sign In via CloudTrail"

# CloudTrail writes calls of global services into the global region alone, and AWS Health sends what concerns no region
# there (AWS Health user guide, "Creating EventBridge rules for AWS Region coverage"); elsewhere a rule never sees them.
GLOBAL_PATTERN: Final[Mapping[str, Any]] = {
    "$or": [
        {"detail-type": [API_CALL, SIGN_IN], "source": ["aws.iam", "aws.signin"]},
        {"detail-type": [API_CALL, SIGN_IN], "detail": {"userIdentity": {"type": ["Root"]}}},
        {"detail-type": ["AWS Health Event"], "source": ["aws.health"], "detail": {"eventRegion": ["global"]}},
    ],
}
# What every message has besides the words of its rule.
_EVERYWHERE: Final[Mapping[str, str]] = {"account": "$.account", "region": "$.region", "time": "$.time"}


class EventRule(Model):
    """One rule. The runbook has the rule's name."""

    name: Name
    severity: Severity
    summary: Text
    text: Text = Field(description="The message, with placeholders such as <who>.")
    words: dict[str, Annotated[str, Field(pattern=r"^\$\.[\w.\[\]-]+$")]] = Field(
        description="Placeholder of the text -> its path in the event."
    )
    reason: Text = Field(description="Why this severity.")
    pattern: dict[str, Any] = Field(min_length=1, description="The event pattern, as EventBridge takes it.")

    def message(self, runbooks: str) -> str:
        """The message's template, in the schema of Amazon Q Developer's custom notifications.

        Slack shows nothing at all of a transformed event that has another shape; mail and pager take any.
        """
        return json.dumps(
            {
                "version": "1.0",
                "source": "custom",
                "content": {
                    "textType": "client-markdown",
                    "title": f"{self.severity.upper()}: {self.summary}",
                    "description": f"{self.text} Account <account>, region <region>, <time>.",
                    "nextSteps": [f"Runbook: {runbooks}/aws/{self.name}.md"],
                },
                "metadata": {"summary": self.summary, "eventType": self.name},
            }
        )

    @property
    def paths(self) -> dict[str, str]:
        """Placeholder -> path, with those that every message has."""
        return {**_EVERYWHERE, **self.words}


class EventFile(Model):
    """One file of rules."""

    rules: Annotated[tuple[EventRule, ...], Field(min_length=1)]

    @classmethod
    def parse(cls, asset: Asset) -> Self:
        """The rules of a bundle. Raises BadInput, also for a placeholder that EventBridge would refuse."""
        try:
            file = cls.model_validate(parse_yaml(asset.text, asset.file))
        except pydantic.ValidationError as error:
            raise BadInput(from_validation(asset.file, error, cls)) from None
        raise_if_any(file.mistakes(asset.file))
        return file

    def mistakes(self, where: str) -> Iterator[Problem]:
        """What no key can see alone."""
        yield from duplicates(where, (rule.name for rule in self.rules))
        for rule in self.rules:
            for word in sorted({*re.findall(r"<(\w+)>", rule.text)} ^ {*rule.words}):
                yield Problem(f"{where}: rules[{rule.name}]", f"found {word} in text or words alone", "it in both")

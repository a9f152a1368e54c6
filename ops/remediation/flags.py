"""breaker: a feature flag of AWS AppConfig is turned on, in the document that is deployed now, and nothing else of it.

The flag stays on until a person turns it off: only its program knows when the dependency can be asked again.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from model.catalog.remediation import Breaker, FlagPlace, Remediation
from model.catalog.system import System
from model.vocabulary import Environment
from ops.remediation.actors import Refused
from ops.remediation.aws import asking, client

_MOVING = ("BAKING", "VALIDATING", "DEPLOYING", "ROLLING_BACK")
_DONE = "COMPLETE"
_JSON = "application/json"


class AppConfig(Protocol):
    """Of AppConfig's client."""

    def list_deployments(self, **values: Any) -> Any:
        """As AWS answers."""

    def get_hosted_configuration_version(self, **values: Any) -> Any:
        """As AWS answers."""

    def create_hosted_configuration_version(self, **values: Any) -> Any:
        """As AWS answers."""

    def start_deployment(self, **values: Any) -> Any:
        """As AWS answers."""


@dataclass(frozen=True, slots=True)
class BreakerActor:
    """In one environment of Belfry's."""

    appconfig: AppConfig
    environment: Environment

    @classmethod
    def of(cls, region: str, environment: Environment) -> "BreakerActor":
        """With a client of ``region``."""
        return cls(client("appconfig", region), environment)

    def act(self, system: System, rule: Remediation) -> str:
        """Turn it on. Raises Refused and Unreachable."""
        action = rule.action
        if not isinstance(action, Breaker):
            raise Refused(f"{rule.action.kind} is no feature flag")
        place = action.places.get(self.environment)
        if place is None:
            raise Refused(f"the flag {action.flag} has no place in {self.environment}")
        here = {"ApplicationId": place.application, "ConfigurationProfileId": place.profile}
        with asking(f"flag {action.flag}"):
            latest, version = self._deployed(place)
            stored = self.appconfig.get_hosted_configuration_version(**here, VersionNumber=version)
            content = _turned_on(stored["Content"].read(), action.flag)
            # Refused by AWS where somebody stored or deployed another version meanwhile.
            made = self.appconfig.create_hosted_configuration_version(
                **here, Content=content, ContentType=_JSON, LatestVersionNumber=version
            )
            self.appconfig.start_deployment(
                **here,
                EnvironmentId=place.environment,
                DeploymentStrategyId=action.strategy,
                ConfigurationVersion=str(made["VersionNumber"]),
                Description=f"belfry: {system.system}/{rule.name}",
                LatestDeploymentNumber=latest,
            )
        return f"turned the flag {action.flag} on, by version {made['VersionNumber']} of its profile"

    def _deployed(self, place: FlagPlace) -> tuple[int, int]:
        """Number of the last deployment in the environment, and version of the profile that is deployed there."""
        every = list(self._deployments(place))
        mine = [one for one in every if one["ConfigurationProfileId"] == place.profile]
        if moving := [one["State"] for one in every if one["State"] in _MOVING]:
            raise Refused(f"a deployment in AppConfig is {moving[0]}: two would undo each other")
        done = [one for one in mine if one["State"] == _DONE]
        if not done:
            raise Refused(f"the profile {place.profile} was never deployed")
        last = max(done, key=lambda one: int(one["DeploymentNumber"]))
        return max(int(one["DeploymentNumber"]) for one in every), int(last["ConfigurationVersion"])

    def _deployments(self, place: FlagPlace) -> Iterator[Any]:
        token: dict[str, str] = {}
        while True:
            answer = self.appconfig.list_deployments(
                ApplicationId=place.application, EnvironmentId=place.environment, **token
            )
            yield from answer["Items"]
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}


def _turned_on(content: bytes, flag: str) -> bytes:
    document = json.loads(content)
    values = document.get("values", {})
    if flag not in document.get("flags", {}):
        raise Refused(f"the document has no flag {flag}; it has {', '.join(sorted(document.get('flags', {})))}")
    if values.get(flag, {}).get("enabled"):
        raise Refused(f"the flag {flag} is on already")
    changed = {**document, "values": {**values, flag: {**values.get(flag, {}), "enabled": True}}}
    return json.dumps(changed, sort_keys=True).encode()

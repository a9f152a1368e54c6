"""Whether every object that grows with the catalog is small enough: ``model/size_limits.py`` has the table."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from configs.iam import policies
from configs.mute_times import muted, muting_rules
from model.alarms.audit_filters import FILTERS
from model.alerting import rule_objects
from model.alerting.aws_alarms import Place, table_files
from model.alerting.inhibitions import alertmanager_config
from model.assets import BundleKind
from model.catalog.teams import SnsReceiver
from model.dashboards import for_environment
from model.problems import Problem
from model.size_limits import CONFIG_MAP, PROMETHEUS_RULE, ROLE_POLICY, SECRET

if TYPE_CHECKING:
    from stacks.inputs import Inputs

# As long as it gets: the name of the bucket is known only when it is there.
_REPORTS = "https://" + 255 * "x"


def problems(inputs: "Inputs", file: str) -> Iterator[Problem]:
    """A mistake for each object that is too large; ``file`` begins the keys of the settings."""
    yield from _rules(inputs, file)
    yield from _boards(inputs)
    yield from _alertmanager(inputs)
    yield from _forwarder(inputs)
    topics = team_topics(inputs)
    policy = "".join(policies.alertmanager(topics=topics).split())
    help_ = f"fewer than {len(topics)} topics, for one topic can serve several teams"
    yield from ROLE_POLICY.problems("catalog/teams.yaml: receivers of kind sns", len(policy), help_)


def team_topics(inputs: "Inputs") -> list[str]:
    """SNS topics that teams of the catalog want to be notified by."""
    receivers = [receiver for team in inputs.catalog.teams.values() for receiver in team.all_receivers]
    return sorted({receiver.topic_arn for receiver in receivers if isinstance(receiver, SnsReceiver)})


def _rules(inputs: "Inputs", file: str) -> Iterator[Problem]:
    for kind, rules, limit in (
        (BundleKind.PROMETHEUS, inputs.rules_here, PROMETHEUS_RULE),
        (BundleKind.LOKI, inputs.log_rules_here, CONFIG_MAP),
    ):
        for asset in inputs.assets.of(kind):
            name = asset.bundle.name
            objects = rule_objects.divide(name, rules[name], limit, system=bool(asset.bundle.system))
            yield from rule_objects.problems(asset.file, objects, limit)
    mutings = inputs.settings.alerting.mutings
    if own := muting_rules(mutings, inputs.catalog.organization.platform_team):
        yield from rule_objects.problems(f"{file}:alerting", {"muting": own}, PROMETHEUS_RULE)


def _boards(inputs: "Inputs") -> Iterator[Problem]:
    for asset in inputs.dashboards:
        text = for_environment(asset.text, inputs.settings.links.runbooks, _REPORTS)
        yield from CONFIG_MAP.problems(asset.file, _bytes([text]), "fewer panels: divide the system")


def _alertmanager(inputs: "Inputs") -> Iterator[Problem]:
    (config,) = inputs.assets.of(BundleKind.ALERTMANAGER)
    texts = [muted(alertmanager_config(inputs.assets), inputs.settings.alerting.mutings)]
    texts += [asset.text for asset in inputs.assets.of(BundleKind.ALERTMANAGER_TEMPLATE)]
    yield from SECRET.problems(config.file, _bytes(texts), "fewer teams, receivers or mute times")


def _forwarder(inputs: "Inputs") -> Iterator[Problem]:
    if not inputs.forwards_alarms:
        return
    settings = inputs.settings
    place = Place(
        environment=settings.environment,
        links=settings.links,
        organization=inputs.catalog.organization,
        boards=inputs.boards,
    )
    files = table_files(inputs.alarm_plan, place, audit=FILTERS, region=settings.region, own_prefix=inputs.own_prefix)
    for name, text in files.items():
        where = f"catalog/{name.removesuffix('.json')}.yaml: resources"
        yield from CONFIG_MAP.problems(where, _bytes([text]), "fewer resources with alarms: divide the system")


def _bytes(texts: Iterable[str]) -> int:
    return sum(len(text.encode()) for text in texts)

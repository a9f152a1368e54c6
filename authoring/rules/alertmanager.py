"""The Alertmanager configuration, made of the catalog: who is notified of what, when, and inhibition.

Left out: mute times and maintenance windows, which an environment's settings bring (configs/mute_times.py); the text
of notifications (email.tmpl, slack.tmpl); the rules that make escalated copies of an alert (escalation.py; their routes
are here, by the label ``level``).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from authoring.rules.alertmanager_inhibitions import inhibitions
from authoring.rules.receivers import NOBODY, integrations, named
from authoring.text import to_yaml
from model import labels, names
from model.catalog.catalog import Catalog
from model.catalog.teams import Receiver, Team
from model.problems import Problem, raise_if_any
from model.query_text import matcher
from model.vocabulary import Environment, ReceiverKind, Severity

PATH = "rules/alertmanager/alertmanager.yaml"
DEAD_MANS_SWITCH = names.DEAD_MANS_SWITCH_SECRET

COMMENT = """\
Generated from catalog/ by `make assets`; do not edit.
The order of the routes matters: the first match handles the alert."""

# One notification for one thing that is wrong. Not by pod: a broken deployment would send one for each replica.
GROUP_BY = [labels.CLUSTER, labels.SYSTEM, labels.COMPONENT, "alertname"]

# Critical: at once. The five seconds let alerts of the same evaluation arrive together, and the alert that inhibits
# others arrive before them. Repeated after an hour: PagerDuty deduplicates what is open.
CRITICAL_TIMING = {"group_wait": "5s", "group_interval": "1m", "repeat_interval": "1h"}
# Warning: after a quarter of an hour, so that what resolves by itself notifies nobody. Repeated twice a day.
WARNING_TIMING = {"group_wait": "15m", "group_interval": "15m", "repeat_interval": "12h"}
# Info: once a working day, collected for half an hour.
INFO_TIMING = {"group_wait": "30m", "group_interval": "1h", "repeat_interval": "24h"}
# Escalated copies: at once, and each level once. Alertmanager forgets after five days what it sent (the operator's
# `retention` of 120h), so whatever fires for longer is notified again, however long this is.
ESCALATION_TIMING = {"group_wait": "5s", "group_interval": "1m", "repeat_interval": "5d"}
# The dead man's switch: every minute. `repeat_interval` lies below `group_interval`, because Alertmanager asks at each
# group interval whether more than the repeat interval has passed; with equal values a hair of delay decides, and it
# may skip every second one. Alertmanager logs a warning about it when it starts; it is meant.
SWITCH_TIMING = {"group_wait": "0s", "group_interval": "1m", "repeat_interval": "50s"}

_Route = dict[str, Any]


def generate(catalog: Catalog) -> str:
    """The configuration file. Raises BadInput for a team that critical or warning alerts would not reach."""
    raise_if_any(_unreached(catalog))
    return to_yaml(_Configuration(catalog).document(), COMMENT)


def _unreached(catalog: Catalog) -> Iterator[Problem]:
    for team in catalog.organization.teams:
        for severity in (Severity.CRITICAL, Severity.WARNING):
            if not _notified(team, severity):
                where = f"catalog/teams.yaml: teams[{team.name}].receivers"
                yield Problem(where, f"found none for {severity}", f"a receiver with {severity} in its severities")


def _notified(team: Team, severity: Severity) -> tuple[Receiver, ...]:
    return tuple(receiver for receiver in team.receivers if severity in receiver.severities)


class _Configuration:
    """Collects the receivers while it builds the routes that name them, so that none is missing or unused."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._organization = catalog.organization
        self._platform = catalog.teams[catalog.organization.platform_team]
        self._receivers: dict[str, dict[str, Any]] = {NOBODY: {"name": NOBODY}}

    def document(self) -> dict[str, Any]:
        route = self._root()
        hours = self._organization.business_hours
        return {
            "global": {
                "smtp_smarthost": names.SMTP_RELAY,
                "smtp_from": names.SMTP_SENDER,
                # The relay's name is ours and inside the cluster: no certificate authority vouches for it.
                "smtp_require_tls": False,
            },
            "route": route,
            "templates": [names.ALERTMANAGER_TEMPLATES],
            "inhibit_rules": inhibitions(),
            "time_intervals": [
                {
                    "name": names.BUSINESS_HOURS,
                    "time_intervals": [
                        {
                            "times": [{"start_time": hours.start, "end_time": hours.end}],
                            "weekdays": list(hours.weekdays),
                            "location": hours.time_zone,
                        }
                    ],
                }
            ],
            "receivers": [self._receivers[name] for name in sorted(self._receivers)],
        }

    def _root(self) -> _Route:
        """The platform team's route, with everything that comes before it: it takes what nobody else owns."""
        platform = self._team(self._platform)
        others = sorted((t for t in self._organization.teams if t is not self._platform), key=lambda team: team.name)
        first = [
            self._dead_mans_switch(),
            {"receiver": NOBODY, "matchers": [matcher(labels.SEVERITY, Severity.NONE)]},
            *({"matchers": [matcher(labels.TEAM, team.name)], **self._team(team)} for team in others),
        ]
        return {"group_by": GROUP_BY, **platform, "routes": [*first, *platform["routes"]]}

    def _dead_mans_switch(self) -> _Route:
        url = names.receiver_secret_file(names.DEAD_MANS_SWITCH_SECRET)
        self._receivers[DEAD_MANS_SWITCH] = {
            "name": DEAD_MANS_SWITCH,
            "webhook_configs": [{"url_file": url, "send_resolved": False}],
        }
        return {
            "receiver": DEAD_MANS_SWITCH,
            "matchers": [matcher("alertname", names.WATCHDOG)],
            "group_by": [labels.CLUSTER, "alertname"],
            **SWITCH_TIMING,
        }

    def _team(self, team: Team) -> _Route:
        """Warnings are the team's default: a severity that is misspelt by some chart's rule is not lost."""
        info = self._severity(team, Severity.INFO, INFO_TIMING)
        if info["receiver"] != NOBODY:
            # Outside these hours nothing is sent; what still fires in the morning is sent then.
            info["active_time_intervals"] = [names.BUSINESS_HOURS]
        warning = self._severity(team, Severity.WARNING, WARNING_TIMING)
        inner = warning.pop("routes", [])
        del warning["matchers"]
        critical = self._severity(team, Severity.CRITICAL, CRITICAL_TIMING)
        return {**warning, "routes": [self._escalation(team), critical, info, *inner]}

    def _severity(self, team: Team, severity: Severity, timing: dict[str, str]) -> _Route:
        """One severity of one team. Only prod pages: elsewhere the same alert goes to the receivers that do not."""
        notified = _notified(team, severity)
        quiet = tuple(receiver for receiver in notified if receiver.kind is not ReceiverKind.PAGERDUTY)
        name = f"{team.name}-{severity}"
        route: _Route = {
            "receiver": self._receiver(name, quiet, severity),
            "matchers": [matcher(labels.SEVERITY, severity)],
            **timing,
        }
        if notified != quiet:
            page = self._receiver(f"{name}-page", notified, severity)
            route["routes"] = [
                {"receiver": page, "matchers": [matcher(labels.ENVIRONMENT, Environment.PROD)]},
            ]
        return route

    def _escalation(self, team: Team) -> _Route:
        """Escalated copies. Outside prod they reach nobody: no director is notified of a broken test.

        The copies of a team that PagerDuty escalates for are not made; those of another sender stop here.
        """
        levels = []
        for level in () if team.escalation.by else self._organization.escalation[1:]:
            _, people = self._organization.escalates_to(team, level.role)
            name = f"{team.name}-{level.role}"
            levels.append(
                {
                    "receiver": self._receiver(name, people, Severity.CRITICAL),
                    "matchers": [
                        matcher(labels.LEVEL, str(level.level)),
                        matcher(labels.ENVIRONMENT, Environment.PROD),
                    ],
                }
            )
        route = {"receiver": NOBODY, "matchers": [matcher(labels.LEVEL, "", "!=")], **ESCALATION_TIMING}
        return {**route, "routes": levels} if levels else route

    def _receiver(self, name: str, receivers: Sequence[Receiver], severity: Severity) -> str:
        if not receivers:
            return NOBODY
        self._receivers[name] = named(name, integrations(receivers, severity))
        return name

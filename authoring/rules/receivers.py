"""The catalog's receivers in Alertmanager's words. Secrets only as files: no value ever stands in the configuration."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from model import labels
from model.catalog.teams import EmailReceiver, PagerDutyReceiver, Receiver, SlackReceiver, SnsReceiver
from model.names import receiver_secret_file
from model.vocabulary import Severity

# The receiver without integrations: what reaches it is meant to reach no person.
NOBODY = "nobody"

# Templates of email.tmpl and slack.tmpl, which lie beside the configuration.
_TITLE, _SUMMARY, _TEXT = (f'{{{{ template "belfry.{name}" . }}}}' for name in ("title", "summary", "text"))
_DETAILS = ("description", "firing", "resolved")
_LINKS = ("Runbook", "Dashboard", "Explore", "Silence")
_EMAIL, _SLACK, _COLOR = (f'{{{{ template "belfry.{name}" . }}}}' for name in ("email", "slack", "slack.color"))


def named(name: str, configs: dict[str, list[dict[str, Any]]]) -> dict[str, Any]:
    """One receiver of the file."""
    return {"name": name, **configs}


def integrations(receivers: Iterable[Receiver], severity: Severity) -> dict[str, list[dict[str, Any]]]:
    """The integrations of one receiver, by the key Alertmanager gives their kind, sorted by it."""
    configs: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for receiver in receivers:
        configs[f"{receiver.kind}_configs"].append(_integration(receiver, severity))
    return dict(sorted(configs.items()))


def _integration(receiver: Receiver, severity: Severity) -> dict[str, Any]:
    match receiver:
        case PagerDutyReceiver():
            return {
                "routing_key_file": receiver_secret_file(receiver.secret),
                # Not the label: PagerDuty refuses an event whose severity it does not know.
                "severity": str(severity),
                "description": _SUMMARY,
                "class": "{{ .GroupLabels.alertname }}",
                "group": f"{{{{ .GroupLabels.{labels.SYSTEM} }}}}",
                "component": f"{{{{ .GroupLabels.{labels.COMPONENT} }}}}",
                # Where it happens: a field that PagerDuty demands, and that its default fills with "Alertmanager".
                "source": f"{{{{ or .GroupLabels.{labels.CLUSTER} .CommonLabels.{labels.ENVIRONMENT} }}}}",
                # Alertmanager drops a link without an address: an alert need not have each.
                "links": [
                    {"href": f'{{{{ template "belfry.link.{text.lower()}" . }}}}', "text": text} for text in _LINKS
                ],
                # Alertmanager adds the numbers of alerts that fire and that are resolved.
                "details": {
                    **{key: f'{{{{ template "belfry.pagerduty.{key}" . }}}}' for key in _DETAILS},
                    **{key: f"{{{{ .CommonLabels.{key} }}}}" for key in (labels.ENVIRONMENT, labels.TEAM)},
                    # What `ops.acknowledgements` reads back from an incident.
                    **{key: f"{{{{ .GroupLabels.{key} }}}}" for key in ("alertname", labels.SYSTEM, labels.COMPONENT)},
                },
            }
        case SlackReceiver():
            return {
                "api_url_file": receiver_secret_file(receiver.secret),
                "channel": receiver.channel,
                "send_resolved": True,
                "color": _COLOR,
                "title": _TITLE,
                # The default is a link to a search in Alertmanager, which says less than the links of the text.
                "title_link": "",
                "fallback": _TITLE,
                "text": _SLACK,
            }
        case EmailReceiver():
            return {
                "to": ", ".join(receiver.to),
                "send_resolved": True,
                "headers": {"subject": _TITLE},
                "html": _EMAIL,
                "text": _TEXT,
            }
        case SnsReceiver():
            # arn:aws:sns:<region>:<account>:<name>; the request is signed by the pod's own identity.
            region = receiver.topic_arn.split(":")[3]
            return {
                "topic_arn": receiver.topic_arn,
                "sigv4": {"region": region},
                "subject": _TITLE,
                "message": _TEXT,
                "send_resolved": True,
            }
        case _:
            return {"url_file": receiver_secret_file(receiver.secret), "send_resolved": True}

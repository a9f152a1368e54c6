"""The catalog's receivers in Alertmanager's words. Secrets only as files: no value ever stands in the configuration."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from model import labels
from model.names import receiver_secret_file
from model.teams import EmailReceiver, PagerDutyReceiver, Receiver, SlackReceiver, SnsReceiver
from model.vocabulary import Severity

# The receiver without integrations: what reaches it is meant to reach no person.
NOBODY = "nobody"

_TITLE = (
    '[{{ .Status | toUpper }}{{ if eq .Status "firing" }} {{ .Alerts.Firing | len }}{{ end }}] '
    f"{{{{ .GroupLabels.alertname }}}} {{{{ .GroupLabels.{labels.SYSTEM} }}}}/{{{{ .GroupLabels.{labels.COMPONENT} }}}}"
)
_SLACK_TEXT = f"""\
{{{{ range .Alerts }}}}*{{{{ .Annotations.{labels.SUMMARY} }}}}* ({{{{ .Labels.{labels.ENVIRONMENT} }}}})
{{{{ .Annotations.{labels.DESCRIPTION} }}}}
{{{{ with .Annotations.{labels.RUNBOOK_URL} }}}}<{{{{ . }}}}|Runbook>{{{{ end }}}} \
{{{{ with .Annotations.{labels.DASHBOARD_URL} }}}}<{{{{ . }}}}|Dashboard>{{{{ end }}}}
{{{{ end }}}}"""
# An annotation that differs between the alerts of a group is not common to them; the name always is.
_COMMON_SUMMARY = (
    f"{{{{ with .CommonAnnotations.{labels.SUMMARY} }}}}{{{{ . }}}}"
    "{{ else }}{{ .GroupLabels.alertname }}{{ end }}"
)


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
                "description": _COMMON_SUMMARY,
                "class": "{{ .GroupLabels.alertname }}",
                "group": f"{{{{ .GroupLabels.{labels.SYSTEM} }}}}",
                "component": f"{{{{ .GroupLabels.{labels.COMPONENT} }}}}",
                "details": {
                    key: f"{{{{ .CommonAnnotations.{key} }}}}"
                    for key in (labels.DESCRIPTION, labels.RUNBOOK_URL, labels.DASHBOARD_URL)
                },
            }
        case SlackReceiver():
            return {
                "api_url_file": receiver_secret_file(receiver.secret),
                "channel": receiver.channel,
                "send_resolved": True,
                "title": _TITLE,
                "text": _SLACK_TEXT,
            }
        case EmailReceiver():
            return {"to": ", ".join(receiver.to), "send_resolved": True, "headers": {"subject": _TITLE}}
        case SnsReceiver():
            # arn:aws:sns:<region>:<account>:<name>; the request is signed by the pod's own identity.
            region = receiver.topic_arn.split(":")[3]
            return {
                "topic_arn": receiver.topic_arn,
                "sigv4": {"region": region},
                "subject": _COMMON_SUMMARY,
                "send_resolved": True,
            }
        case _:
            return {"url_file": receiver_secret_file(receiver.secret), "send_resolved": True}

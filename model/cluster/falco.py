"""Falco: its priorities, and the one-line text of each output of falcosidekick."""

from collections.abc import Mapping

from model.vocabulary import Severity, Vocabulary


class FalcoPriority(Vocabulary):
    """Falco's own priorities, the highest first."""

    EMERGENCY = ("emergency", "The system is unusable.")
    ALERT = ("alert", "Immediate action is needed.")
    CRITICAL = ("critical", "An attack, or similar behaviour.")
    ERROR = ("error", "An unusual change.")
    WARNING = ("warning", "Unusual, and worth a look within the day.")
    NOTICE = ("notice", "Normal, but worth keeping.")
    INFORMATIONAL = ("informational", "Worth counting.")
    DEBUG = ("debug", "For authors of rules.")


# Falcosidekick's own map says `information`, a word that no route knows: such alerts would go to the default receiver.
SEVERITIES: dict[FalcoPriority, Severity] = {
    FalcoPriority.EMERGENCY: Severity.CRITICAL,
    FalcoPriority.ALERT: Severity.CRITICAL,
    FalcoPriority.CRITICAL: Severity.CRITICAL,
    FalcoPriority.ERROR: Severity.WARNING,
    FalcoPriority.WARNING: Severity.WARNING,
    FalcoPriority.NOTICE: Severity.INFO,
    FalcoPriority.INFORMATIONAL: Severity.INFO,
    FalcoPriority.DEBUG: Severity.INFO,
}


def pairs(values: Mapping[str, str]) -> str:
    """``name:value,name:value``, as falcosidekick reads maps. A value may hold colons, and must not hold commas."""
    assert not any("," in text for pair in values.items() for text in pair)
    return ",".join(f"{name}:{value}" for name, value in values.items())

"""Auto-remediation as its engine counts it: recorded for a day, raw for curves."""

from authoring.dashboards.queries import chosen
from authoring.rules.recording import remediation as series


def verdicts(*by: str, where: str = "") -> str:
    """Verdicts of the last day."""
    return _summed(series.VERDICTS, by, where)


def endings(*by: str, where: str = "") -> str:
    """What became of actions and questions in the last day."""
    return _summed(series.ENDINGS, by, where)


def refused() -> str:
    """Answers of the last day that were forged or late."""
    return _summed(series.ANSWERS, (), 'answer=~"forged|late"')


def verdict_seconds() -> str:
    """From the start of an alert to its verdict: p99 of the last day."""
    return f"max({chosen.cluster(series.VERDICT_SECONDS)})"


def healed_seconds() -> str:
    """From the start of an alert to the proof of its cure: median of the last day."""
    return f"max({chosen.cluster(series.HEALED_SECONDS)})"


def waiting() -> str:
    """Verdicts that ask."""
    return f"sum({chosen.cluster(series.WAITING)})"


def people() -> str:
    """How much a person has to look at; 0 where an engine runs and nothing is."""
    return f"sum({chosen.cluster(series.ESCALATED)}) or 0 * {waiting()}"


def escalated() -> str:
    """What a person has to look at, by rule and target."""
    return f"max by (rule, target_system, target_component, outcome) ({chosen.cluster(series.ESCALATED)})"


def armed() -> str:
    """1 where a rule is armed, by rule and mode."""
    return f"max by (rule, mode) ({chosen.cluster(series.ARMED)})"


def silent() -> str:
    """Seconds since the engine last knew what fires."""
    return f"time() - max({chosen.cluster(series.LAST_STEP)})"


def verdict_rate() -> str:
    """Verdicts an hour, by verdict and reason."""
    return f"3600 * sum by (verdict, reason) ({chosen.rate(chosen.cluster('belfry_remediation_verdicts_total'))})"


def message_rate() -> str:
    """Notifications an hour, by what became of them."""
    return f"3600 * sum by (outcome) ({chosen.rate(chosen.cluster('belfry_remediation_messages_total'))})"


def _summed(name: str, by: tuple[str, ...], where: str) -> str:
    grouped = f" by ({', '.join(by)})" if by else ""
    return f"sum{grouped} ({chosen.cluster(name, where)})"

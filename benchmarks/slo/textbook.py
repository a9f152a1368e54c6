"""The textbook's multi-window, multi-burn-rate rules (SRE workbook, chapter 5), as common generators write them.

Every window up to three days reads raw series, the 30 days are the mean of five-minute ratios, and there are two
alerts: a page (14.4 x over 1h and 5m, or 6 x over 6h and 30m) and a ticket (3 x over 1d and 2h, or 1 x over 3d and 6h).
"""

from decimal import Decimal

import yaml

WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
_PAGE = (("5m", "1h", Decimal("14.4")), ("30m", "6h", Decimal(6)))
_TICKET = (("2h", "1d", Decimal(3)), ("6h", "3d", Decimal(1)))


def rules(targets: dict[str, str], interval: float) -> str:
    """A rule file for availability objectives: component -> target in percent."""
    groups = []
    for component, target in targets.items():
        groups += _groups(component, (100 - Decimal(target)) / 100, interval)
    return yaml.dump({"groups": groups}, sort_keys=False, width=10**9)


def _groups(component: str, budget: Decimal, interval: float) -> list[dict[str, object]]:
    labels = {"system": "bench", "component": component}
    chosen = f'system="bench", component="{component}"'
    ratio = f"slo:sli_error:ratio_rate%s{{{chosen}}}"
    bad, total = (f"sum(rate(http_requests_total{{{chosen}{more}}}[%s]))" for more in (', status=~"5.."', ""))
    sli = [
        {"record": f"slo:sli_error:ratio_rate{w}", "expr": f"({bad % w}) / ({total % w})", "labels": labels}
        for w in WINDOWS
    ]
    mean = f"sum_over_time({ratio % '5m'}[30d]) / count_over_time({ratio % '5m'}[30d])"
    sli.append({"record": "slo:sli_error:ratio_rate30d", "expr": mean, "labels": labels})
    alerts = [
        {
            "alert": name,
            "expr": " or ".join(
                f"(max({ratio % short} > {factor * budget}) and max({ratio % long} > {factor * budget}))"
                for short, long, factor in pairs
            ),
            "labels": {**labels, "severity": severity},
        }
        for name, pairs, severity in (("Page", _PAGE, "critical"), ("Ticket", _TICKET, "warning"))
    ]
    every = f"{int(interval)}s"
    return [
        {"name": f"sli-{component}", "interval": every, "rules": sli},
        {"name": f"alerts-{component}", "interval": every, "rules": alerts},
    ]

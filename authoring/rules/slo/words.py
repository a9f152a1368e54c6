"""What an objective measures, in the words of its alerts."""

from decimal import Decimal

from authoring.rules.slo.target import Slo
from model.catalog.objectives import AvailabilitySli, FreshnessSli, GaugeSli, HistogramSli, LatencySli, ProbeSli
from model.go_template import literal
from model.quantities import Duration, plain


def bad_events(slo: Slo, at: Duration | None = None) -> str:  # noqa: PLR0911 (one sentence for each kind)
    """What a bad event is; ``at``: a duration in place of the objective's own."""
    sli = slo.objective.sli
    match sli:
        case AvailabilitySli():
            return f"requests answered with status {sli.bad_status!r}"
        case LatencySli():
            return f"requests that took longer than {at or sli.threshold}"
        case HistogramSli():
            return f"{sli.histogram} above {at or sli.threshold}"
        case ProbeSli():
            return f"minutes in which {f'the probe {sli.probe}' if sli.probe else 'its health endpoint'} failed"
        case FreshnessSli():
            return f"minutes in which {sli.age.metric} was above {sli.max_age}"
        case GaugeSli():
            side = (
                f"below {plain(sli.at_least)}"
                if sli.at_least is not None
                else f"above {plain(sli.at_most or Decimal(0))}"
            )
            return f"minutes in which {sli.value.metric} was {side}"
        case _:
            failed = sli.bad or sli.good or sli.total
            which = f"{failed.metric} with {literal(', '.join(failed.where))}" if failed.where else failed.metric
            return which if sli.bad else f"{sli.total.metric} apart from {which}"

"""New versions."""

from authoring.dashboards.queries import chosen
from authoring.rules.recording.boards import ROLLOUTS


def new_versions(*by: str) -> str:
    """One for each component of which a new version appeared."""
    return chosen.by(ROLLOUTS, *by)

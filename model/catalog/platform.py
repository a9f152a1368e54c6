"""The platform's own objectives: what every team needs of the cluster, measured like its own services."""

from pathlib import Path

from model.catalog.system import System
from model.catalog.teams import Organization
from model.yaml_file import read_yaml

_SOURCE = Path(__file__).with_suffix(".yaml")
SHOWN = f"model/catalog/{_SOURCE.name}"


def system(organization: Organization) -> System:
    """The platform as a system of the catalog, owned by the platform team."""
    document = read_yaml(_SOURCE, SHOWN)
    return System.model_validate({**document, "owner": organization.platform_team})

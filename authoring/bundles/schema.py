"""The JSON Schemas of the catalog's files, and of the status that its gate reads: every key with its meaning."""

from authoring.text import to_json
from model import names
from model.base import Model
from model.catalog.files import LISTS
from model.catalog.system import System
from model.catalog.teams import Organization
from model.gate.exceptions import GateException
from model.gate.status import Status

FOLDER = "catalog/schema"
MODELS: dict[str, type[Model]] = {
    "system": System,
    "teams": Organization,
    "gate-exception": GateException,
    names.SLO_STATUS: Status,
}


def generate() -> dict[str, str]:
    """Path below the project -> text, one for each kind of file."""
    schemas = {name: model.model_json_schema(by_alias=True) for name, model in MODELS.items()}
    lists = {key: {"$ref": f"system.schema.json#/properties/{key}"} for key in LISTS}
    schemas["system-part"] = {"additionalProperties": False, "properties": lists, "type": "object"}
    return {
        f"{FOLDER}/{name}.schema.json": to_json({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})
        for name, schema in schemas.items()
    }

"""The rules about a panel."""

from collections.abc import Iterator

from grafana_foundation_sdk.models import units

from checks.boards.document import Document, Json, source

# Grafana's own list, as its SDK has it.
UNITS = frozenset(value for name, value in vars(units).items() if not name.startswith("_") and isinstance(value, str))
# Shows what others found, so it has no query and no values.
WITHOUT_QUERIES = frozenset({"text", "dashlist", "alertlist", "news"})


def panel_datasource(board: Document, panel: Json) -> Iterator[str]:
    """The panel uses a data source that is a variable."""
    if panel.get("type") in WITHOUT_QUERIES:
        return
    allowed = {form.format(v["name"]) for v in board.of_type("datasource") for form in ("${}", "${{{}}}")}
    uid = source(panel).get("uid")
    if uid not in allowed:
        yield f"does not use a templated data source but {uid!r}"


def panel_title_description(_: Document, panel: Json) -> Iterator[str]:
    """The panel says what it shows and how it is read."""
    for what in ("title", "description"):
        if not panel.get(what):
            yield f"has no {what}"


def panel_units(_: Document, panel: Json) -> Iterator[str]:
    """The panel has a unit that Grafana knows, or words in place of values (a word for nothing leaves the others)."""
    if panel.get("type") in WITHOUT_QUERIES:
        return
    config = panel.get("fieldConfig", {})
    properties = [p for override in config.get("overrides", []) for p in override.get("properties", [])]
    mappings = [*config.get("defaults", {}).get("mappings", [])]
    mappings += [mapping for p in properties if p["id"] == "mappings" for mapping in p.get("value") or []]
    if any(mapping.get("type") != "special" for mapping in mappings):
        return
    found = [config.get("defaults", {}).get("unit"), *(p.get("value") for p in properties if p["id"] == "unit")]
    for unit in found:
        if unit not in UNITS:
            yield f"has no unit or one that is unknown to Grafana: {unit!r}"


def panel_no_targets(_: Document, panel: Json) -> Iterator[str]:
    """The panel asks something."""
    if panel.get("type") not in WITHOUT_QUERIES and not panel.get("targets"):
        yield "has no query"

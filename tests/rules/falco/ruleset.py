"""A Falco rules file, loaded and evaluated: which rules an event makes speak, and what they say."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from tests.rules.falco.conditions import FIELDS, Condition, Event, Unknown, compare, parse

_RULE = {"rule", "desc", "condition", "exceptions", "output", "priority", "tags"}
_OVERRIDABLE = {"enabled", "priority"}


@dataclass(frozen=True)
class Rule:
    """One rule of the file."""

    name: str
    desc: str
    condition: Condition
    exceptions: dict[str, Condition]
    output: str
    fields: tuple[str, ...]  # of the output
    priority: str
    tags: tuple[str, ...]

    def speaks(self, event: Event) -> bool:
        """Whether the event is a finding."""
        return self.condition(event) and not any(excepted(event) for excepted in self.exceptions.values())


@dataclass
class Ruleset:
    """The file as Falco understands it: names must be defined before they are used."""

    rules: dict[str, Rule] = field(default_factory=dict)
    overrides: dict[str, dict[str, Any]] = field(default_factory=dict)
    macros: dict[str, Condition] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    needs: dict[str, Any] = field(default_factory=dict)

    def findings(self, event: Event) -> set[str]:
        """Names of the rules that speak."""
        unknown = set(event) - set(FIELDS)
        if unknown:
            raise Unknown(f"fields of the event: {sorted(unknown)}")
        return {name for name, rule in self.rules.items() if rule.speaks(event)}


def load(text: str) -> Ruleset:
    """The rules of a file. Raises Unknown for all that Falco, or this reader, would not take."""
    found = Ruleset()
    for item in yaml.safe_load(text):
        match item:
            case {"list": name, "items": items} if len(item) == 2:
                found.lists[name] = [v for i in items for v in found.lists.get(str(i), [str(i).strip('"')])]
            case {"macro": name, "condition": condition} if len(item) == 2:
                found.macros[name] = parse(condition, found.macros, found.lists)
            case {"rule": name, "override": override}:
                _take_override(found, name, item, override)
            case {"rule": name}:
                if not item.keys() <= _RULE or name in found.rules:
                    raise Unknown(f"rule {name} with {sorted(item)}")
                found.rules[name] = _rule(item, found)
            case {"required_engine_version": _} | {"required_plugin_versions": _} if len(item) == 1:
                found.needs |= item
            case _:
                raise Unknown(f"item {sorted(item)}")
    return found


def _take_override(found: Ruleset, name: str, item: dict[str, Any], override: dict[str, str]) -> None:
    changed = {key: value for key, value in item.items() if key not in ("rule", "override")}
    if changed.keys() != override.keys() or not changed.keys() <= _OVERRIDABLE or set(override.values()) != {"replace"}:
        raise Unknown(f"override of {name}: {sorted(item)}")
    found.overrides[name] = changed


def _rule(item: dict[str, Any], found: Ruleset) -> Rule:
    output = " ".join(item["output"].split())
    fields = tuple(re.findall(r"%([a-z0-9_.]*[a-z0-9])", output))
    if unknown := set(fields) - set(FIELDS):
        raise Unknown(f"fields of the output of {item['rule']}: {sorted(unknown)}")
    return Rule(
        name=item["rule"],
        desc=item["desc"],
        condition=parse(item["condition"], found.macros, found.lists),
        exceptions={given["name"]: _exception(given) for given in item.get("exceptions", [])},
        output=output,
        fields=fields,
        priority=item["priority"],
        tags=tuple(item["tags"]),
    )


def _exception(given: dict[str, Any]) -> Condition:
    """One field with a plain list of values, or several fields with tuples of them."""
    if given.keys() != {"name", "fields", "comps", "values"}:
        raise Unknown(f"exception with {sorted(given)}")
    fields, comps, values = given["fields"], given["comps"], given["values"]
    if isinstance(fields, str):
        return compare(fields, comps, [str(value) for value in values])
    rows = [_row(fields, comps, row) for row in values]
    return lambda event: any(all(part(event) for part in row) for row in rows)


def _row(fields: Sequence[str], comps: Sequence[str], row: Sequence[Any]) -> list[Condition]:
    return [
        compare(name, comp, [str(v) for v in value] if isinstance(value, list) else [str(value)])
        for name, comp, value in zip(fields, comps, row, strict=True)
    ]

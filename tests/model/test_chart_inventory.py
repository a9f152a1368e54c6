"""Which keys of a chart count as known."""

import json

from model.chart_inventory import inventory, inventory_file


def test_types_come_from_the_default_values() -> None:
    merged = {"on": True, "count": 3, "name": "x", "items": [1], "open": {}, "unset": None, "deep": {"key": 1.5}}

    assert inventory(merged) == {
        "on": "bool",
        "count": "number",
        "name": "string",
        "items": "list",
        "open": "map",
        "unset": "any",
        "deep": {"key": "number"},
    }


def test_maps_whose_keys_are_the_users_stay_open_although_they_have_a_default() -> None:
    assert inventory({"nodeSelector": {"kubernetes.io/os": "linux"}, "podLabels": {"a": "b"}}) == {
        "nodeSelector": "map",
        "podLabels": "map",
    }


def test_a_part_of_a_pod_gets_the_fields_of_kubernetes() -> None:
    tree = inventory({"resources": {}, "affinity": {}, "securityContext": {"enabled": True, "runAsUser": 1}})

    assert tree["resources"] == {"claims": "list", "limits": "map", "requests": "map"}
    assert set(tree["affinity"]) == {"nodeAffinity", "podAffinity", "podAntiAffinity"}
    assert tree["securityContext"]["readOnlyRootFilesystem"] == "bool"


def test_a_map_that_only_shares_its_name_with_a_part_of_a_pod_keeps_its_own_keys() -> None:
    assert inventory({"livenessProbe": {"enabled": True, "spec": {}}}) == {
        "livenessProbe": {"enabled": "bool", "spec": "map"}
    }


def test_the_schema_adds_keys_and_the_types_that_a_null_default_hides() -> None:
    schema = {
        "properties": {
            "port": {"type": ["integer", "null"]},
            "mixed": {"type": ["string", "integer"]},
            "extra": {"type": "object"},
            "deep": {"properties": {"more": {"type": "array"}}},
        }
    }

    assert inventory({"port": None, "deep": {"key": 1}}, schema) == {
        "port": "number",
        "mixed": "any",
        "extra": "map",
        "deep": {"key": "number", "more": "list"},
    }


def test_keys_that_stand_commented_out_are_known_and_prose_and_examples_are_not() -> None:
    text = """
# -- Prose of the documentation. note: this
top:
  # clusterIP: None
  #   nested: example of a commented key
  # ref: https://example.com
  on: true
  resources: {}
  # limits:
  #   cpu: 1
"""
    tree = inventory({"top": {"on": True, "resources": {}}}, texts={(): text})

    assert set(tree["top"]) == {"clusterIP", "on", "resources"}
    assert tree["top"]["clusterIP"] == "any"


def test_commented_keys_of_a_bundled_chart_are_known_below_its_key() -> None:
    texts = {(): "key: 1", ("inner",): "# hidden: x", ("gone",): "# lost: x"}

    assert inventory({"key": 1, "inner": {"a": "b"}}, texts=texts) == {
        "key": "number",
        "inner": {"a": "string", "hidden": "any"},
    }


def test_an_inventory_has_its_chart_and_version_and_sorted_keys() -> None:
    text = inventory_file("outer", "1.0.0", {"b": "map", "a": "list"})

    assert list(json.loads(text)["values"]) == ["a", "b"]
    assert (json.loads(text)["chart"], json.loads(text)["version"]) == ("outer", "1.0.0")

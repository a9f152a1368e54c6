"""Which keys of a chart count as known."""

import json
from pathlib import Path

from authoring.chart_values import inventory, write_inventories
from model.charts import Charts


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
    tree = inventory({"top": {"on": True, "resources": {}}}, texts={"": text})

    assert set(tree["top"]) == {"clusterIP", "on", "resources"}
    assert tree["top"]["clusterIP"] == "any"


def test_the_same_input_gives_the_same_bytes_with_the_commented_keys_of_bundled_charts(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for folder, text in {"outer-1.0.0": "key: 1", "inner-2.0.0": "# hidden: x"}.items():
        (source / folder).mkdir(parents=True)
        (source / folder / "values.yaml").write_text(text)
    (source / "outer-1.0.0/merged-values.json").write_text(json.dumps({"key": 1, "inner": {"a": "b"}}))
    row = {
        "chart": "outer",
        "repository": "https://charts.example.com",
        "version": "1.0.0",
        "appVersion": "1",
        "namespace": "x",
        "release": "outer",
        "subcharts": {"inner": "2.0.0"},
    }
    charts = Charts.model_validate({"charts": {"outer": row}})

    [file] = write_inventories(charts, source, tmp_path)
    first = file.read_bytes()

    assert json.loads(first) == {
        "chart": "outer",
        "version": "1.0.0",
        "values": {"key": "number", "inner": {"a": "string", "hidden": "any"}},
    }
    assert [path.read_bytes() for path in write_inventories(charts, source, tmp_path)] == [first]

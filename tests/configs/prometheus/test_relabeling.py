"""Relabelings: what they do to a series, and how they are written down."""

import pytest

from configs.prometheus.relabeling import Action, Relabeling, kept

KEEP = Relabeling(action=Action.KEEP, regex="up|node_.*")
DROP = Relabeling(action=Action.DROP, regex="node_cpu;idle", labels=("__name__", "mode"))


@pytest.mark.parametrize(
    ("name", "passes"),
    [
        pytest.param("up", True, id="one of the words"),
        pytest.param("node_load1", True, id="what an expression matches"),
        pytest.param("setup", False, id="a word that only ends so: both sides are anchored"),
        pytest.param("upper", False, id="a word that only begins so"),
    ],
)
def test_keep_drops_whatever_it_does_not_match_as_a_whole(name: str, passes: bool) -> None:
    assert KEEP.keeps({"__name__": name}) is passes


def test_drop_sees_several_labels_joined_and_an_absent_one_as_empty() -> None:
    assert not DROP.keeps({"__name__": "node_cpu", "mode": "idle"})
    assert DROP.keeps({"__name__": "node_cpu", "mode": "user"})
    assert DROP.keeps({"__name__": "node_cpu"})
    assert not Relabeling(action=Action.DROP, regex=".+;", labels=("id", "pod")).keeps({"id": "/system.slice"})


def test_a_series_is_kept_when_every_relabeling_keeps_it() -> None:
    assert kept((), {"__name__": "anything"})
    assert kept((KEEP, DROP), {"__name__": "node_cpu", "mode": "user"})
    assert not kept((KEEP, DROP), {"__name__": "node_cpu", "mode": "idle"})
    assert not kept((KEEP, DROP), {"__name__": "go_goroutines"})


def test_monitors_and_prometheus_spell_one_relabeling_differently() -> None:
    assert DROP.as_object() == {"action": "drop", "regex": "node_cpu;idle", "sourceLabels": ["__name__", "mode"]}
    assert DROP.as_prometheus() == {"action": "drop", "regex": "node_cpu;idle", "source_labels": ["__name__", "mode"]}

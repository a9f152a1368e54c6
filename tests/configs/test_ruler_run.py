"""What Loki's ruler says of the rules that it has, and of those that it could not read: the real Loki."""

import http.client
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from configs.stores.loki import rules_folder
from model.alerting.prometheus_rules import RuleFile
from model.alerting.rule_objects import shipped_rules
from model.assets import Asset, BundleKind, read_manifest
from tests.configs.collectors import wait_for
from tests.configs.loki_examples import on_this_machine
from tests.configs.servers import running_loki
from tests.tools import PROJECT

SECONDS = 30
LOADED, MANAGERS = "loki_prometheus_rule_group_rules", "loki_ruler_managers_total"
# A name that is no variable, in braces: the ruler takes the annotation for a template.
BROKEN = """
groups:
  - name: broken
    rules:
      - {alert: A, expr: 'sum(rate({a="b"}[5m])) > 0', annotations: {summary: "{{ x }}"}}
"""


def shipped() -> dict[str, str]:
    """File -> text, of all rules for Loki."""
    bundles = [bundle for bundle in read_manifest(PROJECT, "rules").bundles if bundle.kind is BundleKind.LOKI]
    return {f"{bundle.name}.yaml": (PROJECT / "rules" / bundle.path).read_text("utf-8") for bundle in bundles}


def count(files: dict[str, str]) -> int:
    """What the program says that it ships."""
    bundles = {f"{bundle.name}.yaml": bundle for bundle in read_manifest(PROJECT, "rules").bundles}
    rules = shipped_rules([RuleFile.parse(Asset(bundles[name], name, text)) for name, text in files.items()], 0)
    assert rules
    (found,) = re.findall(r"\d+", rules.groups[0].rules[0].expr)
    return int(found)


@contextmanager
def ruler(folder: Path, files: dict[str, str]) -> Iterator[int]:
    """The port of a Loki that was started beside ``files``."""
    given = on_this_machine(folder, alertmanagers=["http://127.0.0.1:9"])
    where = Path(rules_folder(given))
    where.mkdir(parents=True)
    for name, text in files.items():
        (where / name).write_text(text, encoding="utf-8")
    with running_loki(folder, given) as port:
        yield port


def total(port: int, metric: str) -> float | None:
    """The sum of a metric's series; None without any."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/metrics")
    lines = connection.getresponse().read().decode().splitlines()
    connection.close()
    found = [float(line.rpartition(" ")[2]) for line in lines if re.match(rf"{metric}[{{ ]", line)]
    return sum(found) if found else None


def synced(port: int) -> bool:
    """Whether the ruler has listed its rules, with or without success."""
    return bool(total(port, "loki_ruler_sync_rules_total"))


def test_the_ruler_loads_as_many_rules_as_are_shipped(tmp_path: Path) -> None:
    files = shipped()

    with ruler(tmp_path, files) as port:
        assert wait_for(lambda: total(port, LOADED), SECONDS) == count(files)
        for counter in ("evaluations", "evaluation_failures"):
            assert total(port, f"loki_prometheus_rule_{counter}_total") is not None


@pytest.mark.parametrize("files", [{**shipped(), "broken.yaml": BROKEN}, {}], ids=["one broken file", "no file"])
def test_a_ruler_without_rules_has_no_series_of_them_but_one_of_itself(files: dict[str, str], tmp_path: Path) -> None:
    """One file that cannot be read, and the rules of all others are gone too: LokiRulesNotLoaded reads both series."""
    with ruler(tmp_path, files) as port:
        assert wait_for(lambda: synced(port), SECONDS)

        assert total(port, LOADED) is None
        # 1 where the folder of the tenant is there and empty.
        assert total(port, MANAGERS) in {0, 1}

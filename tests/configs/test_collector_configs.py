"""Every produced collector configuration is taken by the collector itself."""

import urllib.request
from pathlib import Path

import pytest
import yaml

from configs.collector.agent import AgentInput, agent
from configs.collector.gateway import gateway
from configs.collector.parts import Config
from configs.collector.sampler import sampler
from tests import tools
from tests.configs.collector_examples import CONFIGS, gateway_input, sampler_input
from tests.configs.collectors import KINDS, NOT_BUILT, PROGRAM, kind_of, running, runtime, validate, without

SMALL: dict[str, Config] = {
    "agent without a cluster": agent(AgentInput(kubernetes=False, node_metrics=False)),
    "gateway for Loki alone": gateway(gateway_input(elasticsearch=None, cloudwatch=None, origins=[])),
    "gateway without a catalog": gateway(gateway_input(systems=[])),
    "sampler without a catalog": sampler(sampler_input(systems=[], zipkin=None)),
}
ALL = {**CONFIGS, **SMALL}


@pytest.mark.parametrize("config", ALL.values(), ids=ALL.keys())
def test_the_collector_takes_the_configuration(config: Config, tmp_path: Path) -> None:
    assert validate(without(config), tmp_path) == ""


def test_only_the_named_components_are_missing_from_the_local_build() -> None:
    used = {kind_of(name) for config in ALL.values() for kind in KINDS for name in config.get(kind, {})}
    built = {
        component["name"]
        for kind, components in yaml.safe_load(tools.run(PROGRAM, "components")).items()
        if kind in KINDS
        for component in components or ()
    }

    assert used - built == NOT_BUILT


def test_a_configuration_with_a_mistake_is_refused(tmp_path: Path) -> None:
    config = without(CONFIGS["sampler"])
    config["processors"]["tail_sampling"]["decision_weight"] = "1s"

    assert "decision_weight" in validate(config, tmp_path)


@pytest.mark.parametrize("config", ALL.values(), ids=ALL.keys())
def test_what_is_missing_from_the_local_build_is_wired_like_the_rest(config: Config) -> None:
    """The collector checks this for what it has; for the others nobody else would."""
    connectors = set(config.get("connectors", {}))
    pipelines = config["service"]["pipelines"].values()
    for kind in ("receivers", "processors", "exporters"):
        named = {name for pipeline in pipelines for name in pipeline.get(kind, ())}
        assert named <= set(config[kind]) | connectors
        assert set(config[kind]) <= named, f"{kind} that no pipeline uses"
    assert connectors <= {name for pipeline in pipelines for name in pipeline["exporters"]}
    assert connectors <= {name for pipeline in pipelines for name in pipeline["receivers"]}
    assert set(config["service"]["extensions"]) == set(config["extensions"])


def test_with_an_ipv6_address_the_collector_starts_and_answers_there(tmp_path: Path) -> None:
    # Brackets for host:port; its own metrics take the host with them too.
    given = runtime(tmp_path, host="[::1]")
    config = agent(AgentInput(kubernetes=False, node_metrics=False, runtime=given))
    own = f"http://[::1]:{given.listen.metrics}/metrics"
    with running(config, given, tmp_path), urllib.request.urlopen(own, timeout=5) as answer:
        assert answer.status == 200

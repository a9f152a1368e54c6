"""The produced configurations at work: agent, gateway and sampler as three processes, wired as in a cluster."""

from collections.abc import Iterator

import pytest

from configs.collector.agent import AgentInput, agent
from configs.collector.gateway import GatewayInput, Loki, gateway
from configs.collector.sampler import SamplerInput, sampler
from tests.configs import collectors, servers, sink
from tests.configs.collector_examples import CATALOG
from tests.configs.wired import Platform

SECONDS = 15
POD = "cloudmart_backend-7d9f_0b1c2d3e-0000-4000-8000-000000000001"


@pytest.fixture(scope="package")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a real Prometheus that takes OTLP."""
    with servers.prometheus(tmp_path_factory.mktemp("prometheus")) as url:
        yield url


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory, prometheus: str) -> Iterator[Platform]:
    folder = tmp_path_factory.mktemp("collectors")
    runtimes = {name: collectors.runtime(folder / name) for name in ("agent", "gateway", "sampler")}
    at = {name: f"127.0.0.1:{given.listen.otlp_grpc}" for name, given in runtimes.items()}
    with sink.sink() as backends:
        store = f"http://127.0.0.1:{backends.http}"
        sampling = sampler(
            SamplerInput(
                cluster="test",
                systems=CATALOG.systems,
                jaeger=f"127.0.0.1:{backends.grpc}",
                prometheus=[store, prometheus],
                decision_wait_seconds=2,
                runtime=runtimes["sampler"],
            )
        )
        parsing = gateway(
            GatewayInput(
                cluster="test",
                environment="dev",
                systems=CATALOG.systems,
                loki=Loki(url=store),
                prometheus=[store, prometheus],
                samplers=[at["sampler"]],
                origins=["https://shop.example.com"],
                runtime=runtimes["gateway"],
            )
        )
        reading = agent(
            AgentInput(
                gateway=at["gateway"],
                runtime=runtimes["agent"],
                log_files=str(folder / "pods"),
                kubernetes=False,
            )
        )
        with (
            collectors.running(sampling, runtimes["sampler"], folder / "sampler"),
            collectors.running(parsing, runtimes["gateway"], folder / "gateway"),
            collectors.running(reading, runtimes["agent"], folder / "agent"),
        ):
            yield Platform(sink=backends, agent=runtimes["agent"], gateway=runtimes["gateway"], files=folder / "pods")

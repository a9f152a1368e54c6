"""The whole command, with a small program and small charts packed here: Helm is the real one."""

import json
import subprocess
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest
from typer.testing import CliRunner

import engine.cli
from checks.charts.check import KUBERNETES, Planned, check
from checks.charts.compute import VARIANTS
from checks.charts.helm import ChartsUnreachable, find_helm
from checks.charts.releases import kubernetes_version, release_of, releases
from engine.cli import app
from engine.driver import Driver, Program
from model.problems import BadInput
from tests import tools
from tests.checks.charts.rendered import package
from tests.engine.sample import write_project
from tests.engine.small_charts import (
    CHARTS,
    DEFINITION,
    DEFINITIONS,
    DEPLOYMENT,
    NAMESPACE,
    SERVICE,
    TEST_POD,
    helm,
    plan,
    release,
    resource,
)

CLI = CliRunner()


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    """A folder with two charts."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    package(folder, "shop", "1.0.0", {"deployment.yaml": DEPLOYMENT, "service.yaml": SERVICE, "test.yaml": TEST_POD})
    package(folder, "prometheus-operator-crds", "31.0.1", {"definition.yaml": DEFINITION})
    return folder


def test_releases_are_found_with_a_namespace_that_is_not_known_yet() -> None:
    unknown = release(namespace="known-after-deployment")
    waits = resource("shop-release", "kubernetes:helm.sh/v3:Release", unknown, NAMESPACE["urn"])
    alone = resource("other-release", "kubernetes:helm.sh/v3:Release", {**unknown, "repositoryOpts": None})
    foreign = resource(
        "foreign", "kubernetes:helm.sh/v3:Release", {**unknown, "chart": "oci://a.example.com/b/foreign"}
    )
    found = {one.resource: one for one in releases(plan(NAMESPACE, waits, alone, foreign), CHARTS)}
    assert found["shop-release"].namespace == "shop"
    assert found["other-release"].namespace == "shop-usual"
    assert (found["foreign"].namespace, found["foreign"].chart) == ("default", "foreign")
    assert found["foreign"].location == "oci://a.example.com/b/foreign"


def test_a_release_sees_the_operators_kinds_when_it_waits_for_them_by_any_way() -> None:
    between = resource("between", "kubernetes:core/v1:Secret", {}, DEFINITIONS["urn"], "urn::gone")
    waits = resource("shop-release", "kubernetes:helm.sh/v3:Release", release(), between["urn"])
    hasty = resource("hasty-release", "kubernetes:helm.sh/v3:Release", release())
    component = resource("shop", "belfry:kubernetes:Chart", {}, DEFINITIONS["urn"])
    child = resource("child-release", "kubernetes:helm.sh/v3:Release", release())
    child["parent"] = component["urn"]
    found = releases(plan(DEFINITIONS, between, waits, hasty, component, child), CHARTS)
    assert {one.resource: one.after_definitions for one in found} == {
        "child-release": True,
        "crds": False,
        "hasty-release": False,
        "shop-release": True,
    }


def test_the_version_of_kubernetes_is_the_clusters_own() -> None:
    cluster = resource("cluster", "aws:eks/cluster:Cluster", {"version": "1.35"})
    assert kubernetes_version(plan(cluster), KUBERNETES) == "1.35"
    assert kubernetes_version(plan(), KUBERNETES) == KUBERNETES


def test_every_rule_sees_what_helm_renders(mirror: Path, tmp_path: Path) -> None:
    shop = resource("shop-release", "kubernetes:helm.sh/v3:Release", release(tag="latest"), DEFINITIONS["urn"])
    (result,) = check([Planned(plan=plan(NAMESPACE, DEFINITIONS, shop))], CHARTS, helm(tmp_path, mirror))
    assert (result.releases, result.objects) == (2, 4)  # the test's pod is not among them
    assert (result.requested.pods, result.requested.cpu, result.requested.memory_gib) == (1, 0.01, 0.06)
    said = {(one.subject, one.check) for one in result.findings}
    assert said == {
        ("Deployment/shop/shop", "images pinned"),
        ("Deployment/shop/shop", "pod security fits"),
    }
    assert {one.source for one in result.findings} == {"shop-release"}


def test_a_release_that_two_environments_share_is_rendered_once(mirror: Path, tmp_path: Path) -> None:
    reported: list[str] = []
    same = resource("shop-release", "kubernetes:helm.sh/v3:Release", release(tag="latest", replicas=2))
    twin = resource("shop-release", "kubernetes:helm.sh/v3:Release", release(replicas=2, tag="latest"))
    newer = resource("cluster", "aws:eks/cluster:Cluster", {"version": "1.36"})
    plans = [Planned(plan=plan(*resources)) for resources in ((same,), (twin,), (twin, newer))]
    results = check(plans, CHARTS, helm(tmp_path, mirror), reported.append)
    assert reported[-1] == "rendered 3 releases, 2 of them distinct"
    assert {result.objects for result in results} == {2}
    assert len({result.findings for result in results}) == 1


def test_a_release_that_comes_before_the_definitions_loses_its_monitor(mirror: Path, tmp_path: Path) -> None:
    shop = resource("shop-release", "kubernetes:helm.sh/v3:Release", release())
    (result,) = check([Planned(plan=plan(DEFINITIONS, shop))], CHARTS, helm(tmp_path, mirror))
    assert [(one.check, one.source) for one in result.findings] == [("monitors present", "shop-release")]


def test_what_helm_refuses_is_a_failure_in_helms_own_words(mirror: Path, tmp_path: Path) -> None:
    package(mirror, "broken", "1.0.0", {"broken.yaml": '{{ fail "no such mode" }}'})
    broken = resource("broken-release", "kubernetes:helm.sh/v3:Release", release("broken"))
    (result,) = check([Planned(plan=plan(broken))], CHARTS, helm(tmp_path, mirror))
    (failure,) = result.findings
    assert (failure.source, failure.subject, failure.check) == (
        "broken-release",
        "chart broken 1.0.0",
        "renders with the pinned chart",
    )
    assert "no such mode" in failure.message


def test_what_helm_refuses_is_a_failure_in_every_environment(mirror: Path, tmp_path: Path) -> None:
    package(mirror, "broken", "1.0.0", {"broken.yaml": '{{ fail "no such mode" }}'})
    broken = Planned(plan=plan(resource("broken-release", "kubernetes:helm.sh/v3:Release", release("broken"))))
    results = check([broken, broken], CHARTS, helm(tmp_path, mirror))
    assert [len(result.findings) for result in results] == [1, 1]


def test_all_charts_that_are_missing_are_named_and_nothing_is_rendered(mirror: Path, tmp_path: Path) -> None:
    reported: list[str] = []
    wanted = [
        resource("shop-release", "kubernetes:helm.sh/v3:Release", release()),
        resource("one-release", "kubernetes:helm.sh/v3:Release", release("one", "2.0.0")),
        resource("two-release", "kubernetes:helm.sh/v3:Release", release("two", "3.0.0")),
    ]
    with pytest.raises(ChartsUnreachable) as raised:
        check([Planned(plan=plan(*wanted))], CHARTS, helm(tmp_path, mirror), reported.append)
    assert str(raised.value).splitlines()[:2] == [
        f"chart one 2.0.0: one-2.0.0.tgz is not in {mirror}",
        f"chart two 3.0.0: two-3.0.0.tgz is not in {mirror}",
    ]
    assert reported == ["bringing the charts"]


def test_a_repository_that_does_not_answer_is_named_with_the_chart(tmp_path: Path) -> None:
    nowhere = {**release(), "repositoryOpts": {"repo": "http://127.0.0.1:1/charts"}}
    with pytest.raises(ChartsUnreachable, match=r"chart shop 1\.0\.0: not to be had from http://127\.0\.0\.1:1/charts"):
        helm(tmp_path, None).bring([release_of("shop-release", nowhere, namespace="shop")])


@pytest.fixture
def repository(mirror: Path) -> Any:
    """The mirror as a chart repository on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *args: SimpleHTTPRequestHandler(*args, directory=str(mirror)))
    url = f"http://127.0.0.1:{server.server_port}"
    subprocess.run([tools.find("helm"), "repo", "index", mirror, "--url", url], check=True, capture_output=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield url
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("as_mirror", [True, False])
def test_charts_come_from_the_mirrors_url_or_from_their_own_repository(
    repository: str, tmp_path: Path, as_mirror: bool
) -> None:
    own = {**release(replicas=3), "repositoryOpts": {"repo": "https://charts.invalid" if as_mirror else repository}}
    one = release_of("shop-release", own, namespace="shop")
    ours = helm(tmp_path, f"{repository}/" if as_mirror else None)
    ours.bring([one])
    assert next(body for body in ours.render(one, "1.34") if body["kind"] == "Deployment")["spec"]["replicas"] == 3


def test_an_oci_registry_that_does_not_answer_is_named(tmp_path: Path) -> None:
    one = release_of("shop-release", release(), namespace="shop")
    with pytest.raises(ChartsUnreachable, match=r"oci://127\.0\.0\.1:1/charts/shop"):
        helm(tmp_path, "oci://127.0.0.1:1/charts").bring([one])


def test_definitions_are_left_out_where_another_release_brings_them(tmp_path: Path) -> None:
    packed = package(tmp_path, "shop", "1.0.0", {"a.yaml": "kind: ConfigMap\nmetadata: {name: a}\n"})
    source = tmp_path / "source" / "shop-1.0.0" / "shop"
    (source / "crds").mkdir()
    (source / "crds" / "definition.yaml").write_text(DEFINITION)
    subprocess.run([tools.find("helm"), "package", source, "-d", packed.parent], check=True, capture_output=True)
    ours = helm(tmp_path / "cache", tmp_path)
    for skipped, kinds in ((False, ["CustomResourceDefinition", "ConfigMap"]), (True, ["ConfigMap"])):
        one = release_of("shop-release", {**release(), "skipCrds": skipped}, namespace="shop")
        ours.bring([one])
        assert [body["kind"] for body in ours.render(one, "1.34")] == kinds


def test_without_helm_the_command_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(BadInput, match="make tools TOOL=helm"):
        find_helm(tmp_path)


def program(version: str = "1.0.0", tag: str = "1.0.0") -> Callable[[bool], None]:
    def run(offline: bool) -> None:
        cluster = kubernetes.Provider("cluster", kubeconfig="{}")
        inside = pulumi.ResourceOptions(provider=cluster)
        namespace = kubernetes.core.v1.Namespace("namespaces-shop", metadata={"name": "shop"}, opts=inside)
        kubernetes.helm.v3.Release(
            "shop-release",
            name="shop",
            chart="shop",
            version=version,
            namespace=namespace.metadata.name,
            repository_opts={"repo": "http://127.0.0.1:1"},
            values={"tag": tag},
            opts=inside,
        )

    return run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts a small program in the place of Belfry's."""
    root = write_project(tmp_path / "project")
    monkeypatch.chdir(root)
    monkeypatch.delenv("CHART_MIRROR", raising=False)

    def put(**changes: str) -> None:
        ours = Driver(root=root, program=Program(run=program(**changes)))
        monkeypatch.setattr(engine.cli, "make_driver", lambda: ours)

    put()
    return put


@pytest.mark.engine
def test_the_command_plans_each_environment_and_reports_what_is_broken(
    pulumi_cli: None, project: Callable[..., None], mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHART_MIRROR", str(mirror))
    result = CLI.invoke(app, ["charts-check", "dev", "prod", "--json"])
    assert result.exit_code == 1, result.output
    found = json.loads(result.stdout)
    assert [one["environment"] for one in found["environments"]] == ["dev", "prod"]
    assert found["broken"] == 2
    for one in found["environments"]:
        (failure,) = one["failures"]
        assert (failure["release"], failure["rule"]) == ("shop-release", "monitors present")
    assert "planning prod" in result.stderr


@pytest.mark.engine
def test_with_profiles_each_environment_is_checked_with_each_forced_but_prod_is_never_single(
    pulumi_cli: None, project: Callable[..., None], mirror: Path
) -> None:
    result = CLI.invoke(app, ["charts-check", "dev", "prod", "--profiles", "--mirror", str(mirror), "--json"])
    found = [(one["environment"], one["profile"]) for one in json.loads(result.stdout)["environments"]]
    assert found == [
        *(("dev", profile) for profile in (None, "single", "ha", "distributed")),
        *(("prod", profile) for profile in (None, "ha", "distributed")),
    ]
    assert "planning prod (ha)" in result.stderr


@pytest.mark.engine
def test_with_kinds_the_last_environment_is_checked_on_each_kind_of_nodes(
    pulumi_cli: None, project: Callable[..., None], mirror: Path
) -> None:
    result = CLI.invoke(app, ["charts-check", "dev", "prod", "--kinds", "--mirror", str(mirror), "--json"])
    found = [(one["environment"], one["nodes"]) for one in json.loads(result.stdout)["environments"]]
    assert found == [("dev", None), ("prod", None), *(("prod", words) for words in VARIANTS)]
    assert "planning prod (karpenter, arm64)" in result.stderr


@pytest.mark.engine
def test_the_screen_has_a_line_for_each_failure_and_each_environment(
    pulumi_cli: None, project: Callable[..., None], mirror: Path
) -> None:
    result = CLI.invoke(app, ["charts-check", "dev", "--mirror", str(mirror)], env={"COLUMNS": "200"})
    assert result.exit_code == 1
    assert "Deployment/shop/shop" in result.stdout
    assert "no ServiceMonitor or PodMonitor finds any pod of this release" in " ".join(result.stdout.split())
    assert "14 rules" in result.stdout


@pytest.mark.engine
def test_unreachable_charts_fail_the_command_and_leave_stdout_to_the_error(
    pulumi_cli: None, project: Callable[..., None]
) -> None:
    result = CLI.invoke(app, ["charts-check", "dev", "--json"])
    assert result.exit_code == 1
    assert "chart shop 1.0.0: not to be had from http://127.0.0.1:1" in json.loads(result.stdout)["error"]


def test_a_mirror_that_is_no_folder_is_bad_input(project: Callable[..., None]) -> None:
    result = CLI.invoke(app, ["charts-check", "dev", "--mirror", "/nowhere/charts"])
    assert result.exit_code == 2
    assert "CHART_MIRROR: no folder /nowhere/charts" in " ".join(result.stderr.split())


@pytest.mark.engine
def test_a_changed_version_shows_the_objects_that_change(
    pulumi_cli: None, project: Callable[..., None], mirror: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package(
        mirror, "shop", "1.1.0", {"deployment.yaml": DEPLOYMENT, "map.yaml": "kind: ConfigMap\nmetadata: {name: a}\n"}
    )
    monkeypatch.setenv("CHART_MIRROR", str(mirror))
    first = CLI.invoke(app, ["up", "local"])
    assert first.exit_code == 0, first.output
    assert "shop-release: chart" not in first.stdout
    project(version="1.1.0", tag="1.1.0")
    machine = json.loads(CLI.invoke(app, ["preview", "local", "--json"]).stdout)["rendered"]
    assert [(one["release"], one["before"], one["after"]) for one in machine] == [("shop-release", "1.0.0", "1.1.0")]
    assert "+      - image: shop:1.1.0" in [line for one in machine[0]["objects"] for line in one["lines"]]
    second = CLI.invoke(app, ["up", "local"], env={"COLUMNS": "200"})
    assert second.exit_code == 0, second.output
    assert "shop-release: chart shop 1.0.0 -> 1.1.0" in second.stdout
    assert "-      - image: shop:1.0.0" in second.stdout
    assert "+      - image: shop:1.1.0" in second.stdout
    assert "ConfigMap/a" in second.stdout
    assert "shop-release: chart" not in CLI.invoke(app, ["up", "local"]).stdout

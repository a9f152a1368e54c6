"""The shipped Falco rules: each speaks when it should, and the platform's own workloads do not make it speak."""

import re
from typing import Any

import pytest
import yaml

from model import names
from model.cluster.falco import FalcoPriority
from model.cluster.network_paths import PATHS, Pods
from tests.rules.falco.conditions import Event, Value
from tests.rules.falco.ruleset import load
from tests.tools import PROJECT

TEXT = (PROJECT / "rules" / "falco" / "belfry.yaml").read_text(encoding="utf-8")
RULES = load(TEXT)
RUNBOOKS = PROJECT / "docs" / "runbooks" / "falco"

TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token"
IDENTITY_TOKEN = "/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token"


def event(fields: dict[str, Value], **process: Value) -> Event:
    """Something that a program of an application does in its container."""
    name = process.get("name", "java")
    cmdline = str(process.get("cmdline", name))
    return {
        "container.id": "4f1c2d",
        "container.name": "api",
        "container.image.repository": "registry.example.com/shop/api",
        "container.image.tag": "1.2.3",
        "k8s.ns.name": "shop",
        "k8s.pod.name": "api-5d9c",
        "user.name": "app",
        "proc.name": name,
        "proc.pname": process.get("parent", "containerd-shim"),
        "proc.cmdline": cmdline,
        "proc.args": cmdline.partition(" ")[2],
        "proc.tty": process.get("tty", 0),
        "proc.vpid": process.get("vpid", 42),
        **fields,
    }


def start(name: str, **process: Value) -> Event:
    return event({"evt.type": "execve", "evt.rawres": 0}, name=name, **process)


def opened(file: str, *, write: bool = False, **process: Value) -> Event:
    access = {"evt.is_open_read": not write, "evt.is_open_write": write}
    return event({"evt.type": "openat", "fd.typechar": "f", "fd.num": 7, "fd.name": file, **access}, **process)


def connect(address: str, port: int, **process: Value) -> Event:
    where: dict[str, Value] = {"fd.typechar": "4", "fd.sip": address, "fd.sport": port, "fd.l4proto": "tcp"}
    return event({"evt.type": "connect", "evt.rawres": -115, "evt.res": "EINPROGRESS", **where}, **process)


SPEAKS: dict[str, list[Event]] = {
    "ShellInWorkload": [
        start("bash", parent="runc", tty=34816),
        start("sh", parent="java", cmdline="sh -c id"),
        start("dash", parent="python3", cmdline="dash -c curl http://198.51.100.7/x"),
        start("sh", parent="node", cmdline="sh -c ls"),
        # Somebody with a terminal on the platform's own pod is still somebody with a terminal.
        {**start("bash", parent="runc", tty=34816), "k8s.ns.name": names.LOGGING},
    ],
    "PackageManagerInWorkload": [
        start("apt-get", parent="bash", cmdline="apt-get install nmap"),
        start("apk", parent="sh", cmdline="apk add curl"),
        start("pip", parent="python3", cmdline="pip install requests"),
        start("npm", parent="sh", cmdline="npm install left-pad"),
    ],
    "CredentialFileRead": [
        opened("/etc/shadow", name="cat"),
        opened("/root/.ssh/id_rsa", name="python3"),
        opened("/home/app/.ssh/id_ed25519", name="tar"),
        opened("/home/app/.aws/credentials", name="python3"),
        opened("/root/.docker/config.json", name="java"),
        opened("/host/etc/shadow", name="find"),
    ],
    "ServiceAccountTokenRead": [
        opened(TOKEN, name="cat", parent="sh"),
        opened("/run/secrets/kubernetes.io/serviceaccount/token", name="curl"),
        opened(IDENTITY_TOKEN, name="base64", parent="bash"),
        opened("/var/run/secrets/eks.amazonaws.com/serviceaccount/token", name="sh", parent="java"),
    ],
    "OutboundToUnusualPort": [
        connect("198.51.100.7", 4444, name="bash"),
        connect("198.51.100.7", 3333, name="worker"),
        connect("203.0.113.9", 6667, name="python3"),
        connect("203.0.113.9", 22, name="ssh"),
        {**connect("203.0.113.9", 8443), "evt.rawres": 0, "evt.res": "SUCCESS"},
    ],
    "CryptoMining": [
        start("xmrig", parent="sh"),
        start("worker", cmdline="worker -o Stratum+TCP://pool.example.com:3333 -u x"),
        start("kdevtmpfsi", cmdline="kdevtmpfsi --donate-level 1"),
        # On a node: no container, no namespace.
        {k: v for k, v in start("xmrig").items() if not k.startswith(("k8s.", "container."))}
        | {"container.id": "host"},
    ],
    "WriteBelowBinaries": [
        opened("/usr/bin/curl", write=True, name="wget"),
        opened("/bin/.x", write=True, name="sh"),
        opened("/usr/local/bin/agent", write=True, name="python3"),
        opened("/lib/x86_64-linux-gnu/libc.so.6", write=True, name="cp"),
    ],
}

QUIET: dict[str, list[Event]] = {
    "ShellInWorkload": [
        start("sh", vpid=1, cmdline="sh /entrypoint.sh"),  # the image's own entry point
        start("sh", parent="bash", tty=34816),  # below a shell that was reported already
        start("sh", parent="runc", cmdline="sh -c pg_isready"),  # a probe
        start("java", parent="sh"),
        {**start("bash", tty=34816), "container.id": "host"},  # on a node
        start("bash", parent="make", cmdline="bash build.sh"),
    ],
    "PackageManagerInWorkload": [
        start("npm", vpid=1, cmdline="npm start"),
        start("npm", parent="sh", cmdline="npm run start:prod"),
        start("yarn", parent="sh", cmdline="yarn start"),
        start("dpkg", parent="apt-get"),  # of the one that was reported already
        {**start("apt-get"), "container.id": "host"},
    ],
    "CredentialFileRead": [
        opened("/etc/passwd", name="java"),
        opened("/etc/shadow", name="su"),
        opened("/home/app/.ssh/known_hosts", name="git"),
        opened("/home/app/deep/.ssh/id_rsa", name="git"),  # a star stops at a slash
        {**opened("/etc/shadow", name="cat"), "fd.num": -1},  # it did not open
        {**opened("/var/lib/kubelet/kubeconfig", name="sh"), "k8s.ns.name": "kube-system",
         "container.image.repository": "registry.example.com/eks/kube-proxy"},
    ],
    "ServiceAccountTokenRead": [
        opened(TOKEN, name="java"),
        opened(TOKEN, name="python3"),
        opened("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt", name="curl"),
        opened("/data/token", name="cat"),
    ],
    "OutboundToUnusualPort": [
        connect("10.20.3.4", 5432),
        connect("172.20.0.10", 9200),
        connect("100.64.7.8", 6379),
        connect("169.254.170.23", 80),
        connect("127.0.0.1", 15020),
        connect("198.51.100.7", 443),
        connect("198.51.100.7", 53),
        {**connect("198.51.100.7", 4444), "evt.rawres": -111, "evt.res": "ECONNREFUSED"},
        {**connect("198.51.100.7", 4444), "fd.typechar": "u"},
        {**connect("198.51.100.7", 9000), "k8s.ns.name": names.MONITORING,
         "container.image.repository": "quay.io/prometheus/blackbox-exporter"},
        {**connect("198.51.100.7", 25), "k8s.ns.name": names.MONITORING,
         "container.image.repository": "quay.io/prometheus/alertmanager"},
    ],
    "CryptoMining": [
        start("java", cmdline="java -jar stratum.jar"),
        start("worker", cmdline="worker --url tcp://queue:3333"),
        {**start("worker"), "evt.type": "clone"},
    ],
    "WriteBelowBinaries": [
        opened("/usr/bin/curl", name="curl"),
        opened("/var/lib/app/bin/x", write=True),
        opened("/mnt/elastic-internal/elasticsearch-bin-local/elasticsearch", write=True, name="cp"),
        opened("/usr/lib/python3/dist-packages/app/__pycache__/x.pyc", write=True, name="python3"),
        {**opened("/usr/bin/x", write=True), "container.id": "host"},
        {**opened("/usr/local/bin/aws-cni", write=True), "k8s.ns.name": "kube-system",
         "container.image.repository": "registry.example.com/amazon-k8s-cni-init"},
    ],
}  # fmt: skip


def cases(table: dict[str, list[Event]]) -> list[Any]:
    return [
        pytest.param(rule, found, id=f"{rule}-{index}") for rule, events in table.items() for index, found in
        enumerate(events)
    ]  # fmt: skip


@pytest.mark.parametrize(("rule", "found"), cases(SPEAKS))
def test_a_rule_speaks_of_what_it_is_for(rule: str, found: Event) -> None:
    assert rule in RULES.findings(found)


@pytest.mark.parametrize(("rule", "found"), cases(QUIET))
def test_a_rule_is_silent_about_ordinary_life(rule: str, found: Event) -> None:
    assert rule not in RULES.findings(found)


def test_every_rule_has_events_on_which_it_speaks_and_is_silent() -> None:
    assert set(SPEAKS) == set(QUIET) == set(RULES.rules)


@pytest.mark.parametrize("rule", sorted(RULES.rules))
def test_every_exception_holds_something_back(rule: str) -> None:
    """Each was written for an event: without the exception that event would be a finding."""
    shipped = RULES.rules[rule]
    held_back = {
        name
        for name, excepted in shipped.exceptions.items()
        if any(shipped.condition(found) and excepted(found) for found in [*QUIET[rule], *PLATFORM_SPECIAL])
    }
    assert held_back == set(shipped.exceptions)


# What of the platform does more than open its files and speak on its ports.
PLATFORM_SPECIAL: list[Event] = [
    {**start("bash", parent="java", cmdline="bash -c /mnt/elastic-internal/scripts/pre-stop-hook-script.sh"),
     "k8s.ns.name": names.LOGGING, "container.image.repository": "docker.elastic.co/elasticsearch/elasticsearch"},
    {**start("bash", parent="runc", cmdline="bash -c /mnt/elastic-internal/scripts/readiness-probe-script.sh"),
     "k8s.ns.name": names.LOGGING, "container.image.repository": "docker.elastic.co/elasticsearch/elasticsearch"},
    {**start("bash", vpid=1, cmdline="bash /run.sh"),
     "k8s.ns.name": names.MONITORING, "container.image.repository": "docker.io/grafana/grafana"},
    # A job that is a script: its token lies where it asked for it, and not where tokens lie.
    {**opened("/account/token", name="cat", parent="sh"),
     "k8s.ns.name": names.LOGGING, "container.image.repository": "docker.io/curlimages/curl"},
    {**opened("/run/elastic", write=True, name="sh"),
     "k8s.ns.name": names.LOGGING, "container.image.repository": "docker.io/curlimages/curl"},
    {**opened("/host/etc/passwd", name="falco"),
     "k8s.ns.name": names.FALCO, "container.image.repository": "docker.io/falcosecurity/falco"},
    {**opened("/usr/share/falco/plugins/libcontainer.so", write=True, name="falcoctl"),
     "k8s.ns.name": names.FALCO, "container.image.repository": "docker.io/falcosecurity/falcoctl"},
    {**opened("/var/log/pods/shop_api/api/0.log", name="otelcol-contrib"),
     "k8s.ns.name": names.NODE_AGENTS, "container.image.repository": "ghcr.io/open-telemetry/collector"},
    {**opened("/host/root/etc/passwd", name="node_exporter"),
     "k8s.ns.name": names.NODE_AGENTS, "container.image.repository": "quay.io/prometheus/node-exporter"},
    {**opened(TOKEN, name="python", parent="python"),
     "k8s.ns.name": names.MONITORING, "container.image.repository": "quay.io/kiwigrid/k8s-sidecar"},
    {**opened(TOKEN, name="sh", parent="runc"),
     "k8s.ns.name": "kube-system", "container.image.repository": "registry.example.com/eks/x"},
    {**opened(TOKEN, name="sh", parent="runc"),
     "k8s.ns.name": "kube-system", "container.image.repository": "registry.example.com/amazon-k8s-cni"},
    {**opened("/etc/kubernetes/pki/ca.crt", name="sh", parent="runc"),
     "k8s.ns.name": "kube-system", "container.image.repository": "registry.example.com/amazon-k8s-cni"},
]  # fmt: skip


@pytest.mark.parametrize("found", PLATFORM_SPECIAL, ids=lambda found: str(found["proc.cmdline"]))
def test_what_the_platform_does_beyond_its_paths_is_no_finding(found: Event) -> None:
    assert RULES.findings(found) == set()


# Pods of the platform -> the program in them, as the kernel names it.
PROGRAMS = {
    "prometheus": "prometheus", "alertmanager": "alertmanager", "prometheus-operator": "operator",
    "admission-create": "kube-webhook-ce", "admission-patch": "kube-webhook-ce", "grafana": "grafana",
    "kube-state-metrics": "kube-state-metr", "prometheus-blackbox-exporter": "blackbox_export",
    "cloudwatch-exporter": "yace", "alarm-forwarder": "python", "security-posture": "python", "slo-status": "python",
    "incident-watch": "python",
    "reports": "python",
    "elasticsearch-exporter": "elasticsearch_e", "opencost": "opencost", "loki": "loki",
    "postgres-exporter": "postgres_export", "redis-exporter": "redis_exporter",
    "grafana-folders": "python", "managed-prometheus-reader": "aws-sigv4-proxy",
    "thanos-query": "thanos", "thanos-store": "thanos", "thanos-compactor": "thanos",
    "elasticsearch": "java", "kibana": "node", "elastic-operator": "elastic-operato", "jaeger": "jaeger",
    "otel-agent": "otelcol-contrib", "otel-gateway": "otelcol-contrib", "otel-sampler": "otelcol-contrib",
    "otel-cluster": "otelcol-contrib", "falco": "falco", "falcosidekick": "falcosidekick",
    "external-secrets": "external-secret", "external-secrets-webhook": "external-secret",
    "external-secrets-cert-controller": "external-secret",
}  # fmt: skip
PLATFORM = {
    end.name: end for path in PATHS for end in (path.sender, path.receiver) if isinstance(end, Pods) and end.ours
}


def test_every_kind_of_pods_of_the_platform_is_tried() -> None:
    assert set(PROGRAMS) == set(PLATFORM) - {"all", names.ELASTICSEARCH_SETUP, names.OPENSEARCH_RETENTION}


@pytest.mark.parametrize("pods", sorted(PROGRAMS))
def test_the_platforms_own_workloads_stay_quiet(pods: str) -> None:
    program, namespace = PROGRAMS[pods], PLATFORM[pods].namespace
    assert namespace
    daily = [
        start(program, vpid=1),
        opened(TOKEN, name=program),
        opened(IDENTITY_TOKEN, name=program),
        opened("/etc/passwd", name=program),
        opened("/etc/ssl/certs/ca-certificates.crt", name=program),
        opened("/data/wal/00001", write=True, name=program),
        opened("/run/x", write=True, name=program),
        connect("169.254.170.23", 80, name=program),
        connect("172.20.0.10", 53, name=program),
        connect("10.20.1.7", 9093, name=program),
        connect("52.219.1.1", 443, name=program),
    ]
    for found in daily:
        assert RULES.findings({**found, "k8s.ns.name": namespace, "container.image.repository": "x/platform"}) == set()


# What Falco would take in silence, or refuse.


@pytest.mark.parametrize("name", [*RULES.macros, *RULES.lists])
def test_trap_a_macro_of_a_stock_name_would_replace_the_stock_one(name: str) -> None:
    assert name.startswith("belfry_")


@pytest.mark.parametrize(
    "name", ["belfry_shells", "belfry_servers", "belfry_package_managers", "belfry_miners", "belfry_readers"]
)
def test_trap_the_kernel_cuts_names_of_processes_after_15_characters(name: str) -> None:
    assert [item for item in RULES.lists[name] if len(item) > 15] == []
    assert RULES.lists[name] == sorted(set(RULES.lists[name]), key=RULES.lists[name].index)


def test_trap_an_override_names_a_stock_rule_and_says_what_it_replaces() -> None:
    assert RULES.overrides == {
        "Contact K8S API Server From Container": {"enabled": False},
        "Drop and execute new binary in container": {"priority": "WARNING"},
    }
    assert not set(RULES.overrides) & set(RULES.rules)


@pytest.mark.parametrize("rule", sorted(RULES.rules))
def test_a_rule_says_who_did_what_where_and_how_bad_it_is(rule: str) -> None:
    shipped = RULES.rules[rule]

    assert re.fullmatch(r"([A-Z][a-z]+)+", rule)  # it becomes the name of an alert
    assert set(shipped.fields) >= {
        "k8s.ns.name", "k8s.pod.name", "container.name", "container.image.repository", "user.name", "proc.cmdline",
    }  # fmt: skip
    assert shipped.priority.lower() in list(FalcoPriority)
    assert "belfry" in shipped.tags
    assert any(re.fullmatch(r"mitre_[a-z_]+", tag) for tag in shipped.tags)
    assert any(re.fullmatch(r"T\d{4}", tag) for tag in shipped.tags)
    assert shipped.desc.strip()


def test_there_is_one_runbook_for_each_rule_and_an_index_that_names_them_all() -> None:
    index = (RUNBOOKS / "README.md").read_text(encoding="utf-8")

    assert {path.stem for path in RUNBOOKS.glob("*.md")} == {*RULES.rules, "README"}
    assert set(re.findall(r"\]\((\w+)\.md\)", index)) == set(RULES.rules)


@pytest.mark.parametrize("rule", sorted(RULES.rules))
def test_a_runbook_has_all_its_sections_and_a_query_for_its_own_rule(rule: str) -> None:
    text = (RUNBOOKS / f"{rule}.md").read_text(encoding="utf-8")

    assert text.startswith(f"# {rule}\n")
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == [
        "Meaning", "Impact", "First checks", "Mitigation", "Escalation",
    ]  # fmt: skip
    (query,) = re.findall(r"^```logql\n(.+?)\n```$", text, flags=re.MULTILINE | re.DOTALL)
    assert f'rule="{rule}"' in query


def test_the_namespaces_in_exceptions_are_those_of_the_platform() -> None:
    named = {
        row[0]
        for item in yaml.safe_load(TEXT)
        for exception in item.get("exceptions", [])
        if exception["fields"][0] == "k8s.ns.name"
        for row in exception["values"]
    }

    assert names.LOGGING in named
    assert named <= {*names.POD_SECURITY, names.KUBE_SYSTEM}

"""Tells a running Elasticsearch what it must know: retention, pipelines, template. And hands out its certificate."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.base import Component
from components.script_job import ScriptJob, script_job
from configs.stores import elasticsearch
from model import labels, names
from model.versions import image

IMAGE = image("curl")
USER = 100  # of the image
CA_KEY = "ca.crt"  # as the operator names it
KUBERNETES = "https://kubernetes.default.svc"


@dataclass(frozen=True, slots=True, kw_only=True)
class ElasticsearchSetupArgs:
    """``certificate_namespaces`` get the certificate of Elasticsearch's own authority as a Secret.

    ``snapshot_bucket``: where snapshots go, as long as the configuration says.
    """

    namespace: pulumi.Input[str]
    config: elasticsearch.ElasticsearchInput
    certificate_namespaces: Sequence[str] = ()
    snapshot_bucket: pulumi.Input[str] | None = None
    placement: Mapping[str, Any] = field(default_factory=dict)
    url: str = names.service(names.ELASTICSEARCH, names.LOGGING, names.ELASTICSEARCH_PORT, "https")


@pulumi.type_token("belfry:kubernetes:ElasticsearchSetup")
class ElasticsearchSetup(Component):
    """One job for each state of the documents: it only ever puts, so it may run again at any time.

    The superuser's password comes from the Secret that the operator made, into this pod alone. Deliberately not:
    deleting what an older version put and this one no longer knows.
    """

    def __init__(self, name: str, args: ElasticsearchSetupArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        metadata: kubernetes.meta.v1.ObjectMetaArgsDict = {
            "name": names.ELASTICSEARCH_SETUP,
            "namespace": args.namespace,
            "labels": labels.of_object(names.ELASTICSEARCH_SETUP),
        }
        account = kubernetes.core.v1.ServiceAccount(
            f"{name}-account", metadata=metadata, automount_service_account_token=False, opts=self.child()
        )
        rights = [self._may_write(name, namespace, args) for namespace in sorted(args.certificate_namespaces)]
        script_job(self, name, _job(args), after=[account, *rights])
        self.register_outputs({})

    def _may_write(self, name: str, namespace: str, args: ElasticsearchSetupArgs) -> pulumi.Resource:
        """The right to write one Secret in ``namespace``. Making it cannot be limited to a name in Kubernetes."""
        metadata: kubernetes.meta.v1.ObjectMetaArgsDict = {
            "name": names.ELASTICSEARCH_SETUP,
            "namespace": namespace,
            "labels": labels.of_object(names.ELASTICSEARCH_SETUP),
        }
        role = kubernetes.rbac.v1.Role(
            f"{name}-{namespace}-role",
            metadata=metadata,
            rules=[
                {
                    "api_groups": [""],
                    "resources": ["secrets"],
                    "resource_names": [names.ELASTICSEARCH_CA_SECRET],
                    "verbs": ["get", "patch"],
                },
                {"api_groups": [""], "resources": ["secrets"], "verbs": ["create"]},
            ],
            opts=self.child(),
        )
        return kubernetes.rbac.v1.RoleBinding(
            f"{name}-{namespace}-binding",
            metadata=metadata,
            role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": names.ELASTICSEARCH_SETUP},
            subjects=[{"kind": "ServiceAccount", "name": names.ELASTICSEARCH_SETUP, "namespace": args.namespace}],
            opts=self.child(depends_on=[role]),
        )


def documents(args: ElasticsearchSetupArgs) -> dict[str, str]:
    """The files of the job: what is put, and the script that puts it."""
    put = elasticsearch.documents(args.config)
    files = {f"{index}.json": json.dumps(body, sort_keys=True, indent=2) for index, body in enumerate(put.values())}
    lines = [
        *_PROLOGUE,
        *(f"put '{path}' {index}.json" for index, path in enumerate(put)),
        # A version of Elasticsearch whose templates pass over ours would keep logs forever, and nobody would know.
        f'elastic -X POST "$ELASTICSEARCH_URL/_index_template/_simulate_index/{elasticsearch.EXAMPLE_INDEX}" |',
        f"  grep -q '\"name\":\"{elasticsearch.POLICY}\"' || {{ echo 'the policy does not reach the logs'; exit 1; }}",
        f'elastic -X POST "$ELASTICSEARCH_URL/_index_template/_simulate_index/{elasticsearch.EXAMPLE_FINDINGS}" |',
        f'  grep -q \'"name":"{elasticsearch.FINDINGS}"\' ||',
        "  { echo 'the policy does not reach the findings'; exit 1; }",
        *_snapshot_lines(args),
        *(f"hand_out {namespace}" for namespace in sorted(args.certificate_namespaces)),
    ]
    days = args.config.snapshot_days
    if days is not None:
        files["snapshots.json"] = json.dumps(elasticsearch.snapshot_policy(days), sort_keys=True, indent=2)
    return {**files, "setup.sh": "\n".join(lines) + "\n"}


def _snapshot_lines(args: ElasticsearchSetupArgs) -> list[str]:
    """The repository, whose bucket only the account knows, then the policy that fills it."""
    if args.config.snapshot_days is None:
        return []
    return [
        """printf '{"type":"s3","settings":{"bucket":"%s"}}' "$SNAPSHOT_BUCKET" > /tmp/repository.json""",
        # Each node proves that it may write; after a change of rights they restart one by one.
        "elastic --retry 40 --retry-delay 10 --retry-all-errors -X PUT -H 'Content-Type: application/json' \\",
        f'  --data-binary @/tmp/repository.json "$ELASTICSEARCH_URL/_snapshot/{elasticsearch.SNAPSHOTS}"',
        f"put '_slm/policy/{elasticsearch.SNAPSHOTS}' snapshots.json",
    ]


# Passwords stand in files: arguments of a process can be read by every other.
_PROLOGUE = (
    "set -eu",
    "umask 077",
    "test -s /ca/ca.crt",  # an empty one would be handed out without a word
    'printf \'user = "elastic:%s"\\n\' "$ELASTICSEARCH_PASSWORD" > /tmp/elastic',
    'elastic() { curl --fail-with-body --silent --show-error --config /tmp/elastic --cacert /ca/ca.crt "$@"; }',
    "put() {",
    '  echo "$1"',
    '  elastic -X PUT -H \'Content-Type: application/json\' --data-binary "@/documents/$2" "$ELASTICSEARCH_URL/$1"',
    "}",
    "hand_out() {",
    '  printf \'header = "Authorization: Bearer %s"\\n\' "$(cat /account/token)" > /tmp/kubernetes',
    '  printf \'{"apiVersion":"v1","kind":"Secret","metadata":{"name":"%s"},"data":{"ca.crt":"%s"}}\' \\',
    f"    {names.ELASTICSEARCH_CA_SECRET} \"$(base64 < /ca/ca.crt | tr -d '\\n')\" |",
    "    curl --fail-with-body --silent --show-error --output /dev/null --config /tmp/kubernetes \\",
    "      --cacert /account/ca.crt -X PATCH -H 'Content-Type: application/apply-patch+yaml' --data-binary @- \\",
    f'      "$KUBERNETES_URL/api/v1/namespaces/$1/secrets/{names.ELASTICSEARCH_CA_SECRET}'
    '?fieldManager=belfry&force=true"',
    '  echo "certificate: $1"',
    "}",
    "# It forms, or restarts: that takes minutes.",
    "elastic --retry 60 --retry-delay 5 --retry-all-errors --output /dev/null \\",
    '  "$ELASTICSEARCH_URL/_cluster/health?wait_for_status=yellow&timeout=30s"',
)


def _job(args: ElasticsearchSetupArgs) -> ScriptJob:
    return ScriptJob(
        name=names.ELASTICSEARCH_SETUP,
        namespace=args.namespace,
        image=IMAGE,
        user=USER,
        files=documents(args),
        folder="/documents",
        command=["sh", "/documents/setup.sh"],
        environment=[
            {"name": "ELASTICSEARCH_URL", "value": args.url},
            {"name": "KUBERNETES_URL", "value": KUBERNETES},
            *_snapshot_environment(args),
            {
                "name": "ELASTICSEARCH_PASSWORD",
                "value_from": {"secret_key_ref": {"name": names.ELASTIC_PASSWORD_SECRET, "key": "elastic"}},
            },
        ],
        volumes=[
            # The pod waits for these as long as the operator has not made them.
            {"name": "ca", "secret": {"secret_name": names.ELASTIC_CERTIFICATES_SECRET, "items": [_item(CA_KEY)]}},
            # Not mounted by itself, but here with the authority's certificate.
            {"name": "account", "projected": {"sources": _account()}},
        ],
        mounts=[
            {"name": "ca", "mount_path": "/ca", "read_only": True},
            {"name": "account", "mount_path": "/account", "read_only": True},
        ],
        service_account=names.ELASTICSEARCH_SETUP,
        placement=args.placement,
    )


def _snapshot_environment(args: ElasticsearchSetupArgs) -> list[kubernetes.core.v1.EnvVarArgsDict]:
    return [] if args.snapshot_bucket is None else [{"name": "SNAPSHOT_BUCKET", "value": args.snapshot_bucket}]


def _account() -> list[kubernetes.core.v1.VolumeProjectionArgsDict]:
    return [
        {"service_account_token": {"path": "token", "expiration_seconds": 3600}},
        {"config_map": {"name": "kube-root-ca.crt", "items": [_item(CA_KEY)]}},
    ]


def _item(key: str) -> kubernetes.core.v1.KeyToPathArgsDict:
    return {"key": key, "path": key}

"""Tells an Amazon OpenSearch Service domain how long traces are kept."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from components.base import Component
from components.script_job import ScriptJob, script_job
from configs.stores import opensearch
from model import names
from model.versions import image

IMAGE = image("curl")
USER = 100  # of the image
FOLDER = "/documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSearchRetentionArgs:
    """``url`` is the domain's, without a path. It runs as ``names.JAEGER``, whose rights the domain knows."""

    namespace: pulumi.Input[str]
    url: str
    region: str
    days: int
    placement: Mapping[str, Any] = field(default_factory=dict)


@pulumi.type_token("belfry:kubernetes:OpenSearchRetention")
class OpenSearchRetention(Component):
    """Jaeger's own job of deletion cannot sign requests, and an index without a policy is kept, and paid for, forever.

    Credentials are those of the pod, by EKS Pod Identity or IRSA. With fine-grained access control the domain must map
    Jaeger's role to one that may manage index policies: IAM alone does not open them.
    """

    def __init__(self, name: str, args: OpenSearchRetentionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        script_job(
            self,
            name,
            ScriptJob(
                name=names.OPENSEARCH_RETENTION,
                namespace=args.namespace,
                image=IMAGE,
                user=USER,
                files=files(args),
                folder=FOLDER,
                command=["sh", f"{FOLDER}/retention.sh"],
                environment=[{"name": "OPENSEARCH_URL", "value": args.url}, {"name": "REGION", "value": args.region}],
                service_account=names.JAEGER,
                placement=args.placement,
            ),
        )
        self.register_outputs({})


def files(args: OpenSearchRetentionArgs) -> dict[str, str]:
    """The policy, what gives it to indices that are there already, and the script."""
    return {
        "policy.json": json.dumps(opensearch.retention_policy(args.days), sort_keys=True, indent=2),
        "add.json": json.dumps({"policy_id": opensearch.POLICY}),
        "retention.sh": _SCRIPT,
    }


# Credentials stand in a file: arguments of a process can be read by every other. The answers are JSON on one line or on
# many, and this image has no program for JSON: hence a field a line.
_SCRIPT = f"""set -eu
umask 077
ask() {{ curl --fail-with-body --silent --show-error --retry 5 --retry-delay 5 --retry-connrefused "$@"; }}
field() {{
  tr ',{{}}' '\\n\\n\\n' < "$1" |
    sed -n 's/^ *"'"$2"'" *: *"\\{{0,1\\}}\\([^"]*[^" ]\\)"\\{{0,1\\}} *$/\\1/p' | head -n 1
}}
if [ -n "${{AWS_CONTAINER_CREDENTIALS_FULL_URI:-}}" ]; then
  printf 'header = "Authorization: %s"\\n' "$(cat "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")" > /tmp/token
  ask --config /tmp/token --output /tmp/credentials "$AWS_CONTAINER_CREDENTIALS_FULL_URI"
else
  ask --header 'Accept: application/json' --output /tmp/credentials \\
    "${{STS_URL:-https://sts.$REGION.amazonaws.com/}}" \\
    --data Action=AssumeRoleWithWebIdentity --data Version=2011-06-15 --data RoleSessionName=belfry \\
    --data-urlencode "RoleArn=$AWS_ROLE_ARN" --data-urlencode "WebIdentityToken@$AWS_WEB_IDENTITY_TOKEN_FILE"
fi
token=$(field /tmp/credentials Token)
{{
  printf 'user = "%s:%s"\\n' "$(field /tmp/credentials AccessKeyId)" "$(field /tmp/credentials SecretAccessKey)"
  printf 'aws-sigv4 = "aws:amz:%s:es"\\n' "$REGION"
  printf 'header = "X-Amz-Security-Token: %s"\\n' "${{token:-$(field /tmp/credentials SessionToken)}}"
  printf 'header = "Content-Type: application/json"\\n'
}} > /tmp/signed
policy="$OPENSEARCH_URL/_plugins/_ism/policies/{opensearch.POLICY}"
status=$(curl --silent --show-error --config /tmp/signed --output /tmp/before --write-out '%{{http_code}}' "$policy")
case "$status" in
  404) ;;
  # Only who names the version that it replaces may replace it.
  200) policy="$policy?if_seq_no=$(field /tmp/before _seq_no)&if_primary_term=$(field /tmp/before _primary_term)" ;;
  *) echo "the domain answers $status:"; cat /tmp/before; exit 1 ;;
esac
ask --config /tmp/signed --request PUT --data-binary @{FOLDER}/policy.json "$policy"
# Its template reaches new indices alone; for those that have it already the answer says so, which is no failure.
ask --config /tmp/signed --request POST --data-binary @{FOLDER}/add.json \\
  "$OPENSEARCH_URL/_plugins/_ism/add/{opensearch.PATTERN}"
"""

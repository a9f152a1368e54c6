"""What the offline provider knows of AWS: a table of types, and the answers to a few functions."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from engine.offline.package import Made, Package, UnknownFunctionError, type_of
from engine.offline.values import Json, Properties, autoname, digest, mapping, text, value

ACCOUNT = "000000000000"
"""The made-up account: no real account has this number."""

DEFAULT_REGION = "us-east-1"

_VPC = "arn:aws:ec2:{region}:{account}:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One resource type.

    ``id``, ``arn`` and the strings in ``outputs`` are templates: ``{region}``, ``{account}``, ``{name}`` (physical
    name), ``{arn}``, ``{digest7}``, ``{digest17}``, ``{digest32}``, ``{uuid}`` (all of the URN), or any input.
    ``name`` is the input with the physical name; ``autonamed`` when the real provider invents it. ``replaces`` are the
    inputs whose change replaces the resource (Terraform calls them ForceNew).
    """

    arn: str = ""
    id: str = "{name}"
    name: str = "name"
    autonamed: bool = True
    outputs: Mapping[str, Json] = field(default_factory=dict)
    replaces: tuple[str, ...] = ()


def _nameless(**options: object) -> Kind:
    return Kind(name="", autonamed=False, **options)  # type: ignore[arg-type]


def token(short: str) -> str:
    """``sns/Topic`` -> ``aws:sns/topic:Topic``."""
    module, name = short.split("/")
    return f"aws:{module}/{name[0].lower()}{name[1:]}:{name}"


KINDS: Mapping[str, Kind] = {
    token(short): kind
    for short, kind in {
        # CloudWatch
        "cloudwatch/MetricAlarm": Kind(arn="arn:aws:cloudwatch:{region}:{account}:alarm:{name}"),
        "cloudwatch/CompositeAlarm": Kind(
            arn="arn:aws:cloudwatch:{region}:{account}:alarm:{name}", name="alarmName", autonamed=False
        ),
        "cloudwatch/Dashboard": Kind(
            name="dashboardName",
            autonamed=False,
            outputs={"dashboardArn": "arn:aws:cloudwatch::{account}:dashboard/{name}"},
        ),
        "cloudwatch/LogGroup": Kind(
            arn="arn:aws:logs:{region}:{account}:log-group:{name}", replaces=("namePrefix", "logGroupClass")
        ),
        "cloudwatch/LogMetricFilter": Kind(replaces=("logGroupName",)),
        "cloudwatch/LogSubscriptionFilter": Kind(replaces=("logGroup",)),
        "cloudwatch/EventRule": Kind(
            arn="arn:aws:events:{region}:{account}:rule/{name}", replaces=("eventBusName", "namePrefix")
        ),
        "cloudwatch/EventTarget": _nameless(id="{rule}-{digest7}", replaces=("rule", "eventBusName", "targetId")),
        "cloudwatch/MetricStream": Kind(
            arn="arn:aws:cloudwatch:{region}:{account}:metric-stream/{name}", replaces=("namePrefix",)
        ),
        "synthetics/Canary": Kind(arn="arn:aws:synthetics:{region}:{account}:canary:{name}", autonamed=True),
        # Notification and queues
        "sns/Topic": Kind(
            arn="arn:aws:sns:{region}:{account}:{name}",
            id="{arn}",
            outputs={"owner": "{account}"},
            replaces=("namePrefix", "fifoTopic"),
        ),
        "sns/TopicSubscription": _nameless(
            id="{topic}:{uuid}", outputs={"arn": "{topic}:{uuid}"}, replaces=("topic", "protocol", "endpoint")
        ),
        "sns/TopicPolicy": _nameless(id="{arn}", replaces=("arn",)),
        "sqs/Queue": Kind(
            arn="arn:aws:sqs:{region}:{account}:{name}",
            id="https://sqs.{region}.amazonaws.com/{account}/{name}",
            outputs={"url": "https://sqs.{region}.amazonaws.com/{account}/{name}"},
            replaces=("namePrefix", "fifoQueue"),
        ),
        "sqs/QueuePolicy": _nameless(id="{queueUrl}", replaces=("queueUrl",)),
        # Data
        "dynamodb/Table": Kind(
            arn="arn:aws:dynamodb:{region}:{account}:table/{name}", replaces=("hashKey", "rangeKey")
        ),
        "s3/Bucket": Kind(
            arn="arn:aws:s3:::{name}",
            name="bucket",
            outputs={
                "bucketDomainName": "{name}.s3.amazonaws.com",
                "bucketRegionalDomainName": "{name}.s3.{region}.amazonaws.com",
                "bucketRegion": "{region}",
            },
            replaces=("bucketPrefix", "objectLockEnabled"),
        ),
        "s3/BucketPolicy": _nameless(id="{bucket}", replaces=("bucket",)),
        "s3/BucketVersioning": _nameless(id="{bucket}", replaces=("bucket",)),
        "s3/BucketPublicAccessBlock": _nameless(id="{bucket}", replaces=("bucket",)),
        "s3/BucketLifecycleConfiguration": _nameless(id="{bucket}", replaces=("bucket",)),
        "s3/BucketServerSideEncryptionConfiguration": _nameless(id="{bucket}", replaces=("bucket",)),
        "s3/BucketOwnershipControls": _nameless(id="{bucket}", replaces=("bucket",)),
        # Identity and keys
        "iam/Role": Kind(
            arn="arn:aws:iam::{account}:role/{name}",
            outputs={"uniqueId": "AROA{DIGEST17}", "createDate": "2000-01-01T00:00:00Z"},
            replaces=("namePrefix", "path"),
        ),
        "iam/Policy": Kind(
            arn="arn:aws:iam::{account}:policy/{name}",
            id="{arn}",
            outputs={"policyId": "ANPA{DIGEST17}"},
            replaces=("namePrefix", "path", "description"),
        ),
        "iam/RolePolicy": Kind(id="{role}:{name}", replaces=("role", "namePrefix")),
        "iam/RolePolicyAttachment": _nameless(id="{role}-{digest7}", replaces=("role", "policyArn")),
        "iam/InstanceProfile": Kind(arn="arn:aws:iam::{account}:instance-profile/{name}", replaces=("path",)),
        "iam/OpenIdConnectProvider": _nameless(
            arn="arn:aws:iam::{account}:oidc-provider/{urlHost}", id="{arn}", replaces=("url",)
        ),
        "kms/Key": _nameless(
            arn="arn:aws:kms:{region}:{account}:key/{uuid}",
            id="{uuid}",
            outputs={"keyId": "{uuid}"},
            replaces=("customerMasterKeySpec", "keyUsage", "multiRegion"),
        ),
        "kms/Alias": Kind(
            arn="arn:aws:kms:{region}:{account}:{name}",
            autonamed=False,
            outputs={"targetKeyArn": "arn:aws:kms:{region}:{account}:key/{targetKeyId}"},
            replaces=("namePrefix",),
        ),
        "secretsmanager/Secret": Kind(
            arn="arn:aws:secretsmanager:{region}:{account}:secret:{name}-{digest6}",
            id="{arn}",
            replaces=("namePrefix",),
        ),
        "secretsmanager/SecretVersion": _nameless(
            id="{secretId}|{uuid}", outputs={"versionId": "{uuid}"}, replaces=("secretId", "secretString")
        ),
        "ssm/Parameter": Kind(arn="arn:aws:ssm:{region}:{account}:parameter/{name}", outputs={"version": 1}),
        # EKS
        "eks/Cluster": Kind(
            arn="arn:aws:eks:{region}:{account}:cluster/{name}",
            outputs={
                "endpoint": "https://{DIGEST32}.gr7.{region}.eks.amazonaws.com",
                "certificateAuthority": {"data": "b2ZmbGluZQ=="},
                "identities": [{"oidcs": [{"issuer": "https://oidc.eks.{region}.amazonaws.com/id/{DIGEST32}"}]}],
                "platformVersion": "eks.1",
                "status": "ACTIVE",
                "createdAt": "2000-01-01T00:00:00Z",
                "vpcConfig": {"clusterSecurityGroupId": "sg-{digest17}", "vpcId": "vpc-{digest17}"},
            },
            replaces=("roleArn", "bootstrapSelfManagedAddons"),
        ),
        "eks/NodeGroup": Kind(
            arn="arn:aws:eks:{region}:{account}:nodegroup/{clusterName}/{name}/{uuid}",
            id="{clusterName}:{name}",
            name="nodeGroupName",
            outputs={"status": "ACTIVE", "resources": [{"autoscalingGroups": [{"name": "eks-{name}-{uuid}"}]}]},
            replaces=(
                *("clusterName", "nodeRoleArn", "subnetIds", "instanceTypes"),
                *("amiType", "capacityType", "diskSize", "nodeGroupNamePrefix"),
            ),
        ),
        "eks/Addon": Kind(
            arn="arn:aws:eks:{region}:{account}:addon/{clusterName}/{name}/{uuid}",
            id="{clusterName}:{name}",
            name="addonName",
            autonamed=False,
            replaces=("clusterName",),
        ),
        "eks/AccessEntry": _nameless(
            id="{clusterName}:{principalArn}",
            outputs={"accessEntryArn": "arn:aws:eks:{region}:{account}:access-entry/{clusterName}/role/{uuid}"},
            replaces=("clusterName", "principalArn", "type"),
        ),
        "eks/AccessPolicyAssociation": _nameless(
            id="{clusterName}#{principalArn}#{policyArn}", replaces=("clusterName", "principalArn", "policyArn")
        ),
        "eks/PodIdentityAssociation": _nameless(
            id="a-{digest17}",
            outputs={
                "associationArn": "arn:aws:eks:{region}:{account}:podidentityassociation/{clusterName}/a-{digest17}",
                "associationId": "a-{digest17}",
            },
            replaces=("clusterName", "namespace", "serviceAccount"),
        ),
        # Network
        "ec2/Vpc": _nameless(
            arn=_VPC + "vpc/vpc-{digest17}",
            id="vpc-{digest17}",
            outputs={
                "ownerId": "{account}",
                "mainRouteTableId": "rtb-{digest17}",
                "defaultRouteTableId": "rtb-{digest17}",
                "defaultSecurityGroupId": "sg-{digest17}",
                "defaultNetworkAclId": "acl-{digest17}",
            },
            replaces=("cidrBlock", "ipv4IpamPoolId"),
        ),
        "ec2/Subnet": _nameless(
            arn=_VPC + "subnet/subnet-{digest17}",
            id="subnet-{digest17}",
            outputs={"ownerId": "{account}"},
            replaces=("vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId"),
        ),
        "ec2/SecurityGroup": Kind(
            arn=_VPC + "security-group/sg-{digest17}",
            id="sg-{digest17}",
            outputs={"ownerId": "{account}"},
            replaces=("vpcId", "description", "namePrefix"),
        ),
        "ec2/InternetGateway": _nameless(
            arn=_VPC + "internet-gateway/igw-{digest17}", id="igw-{digest17}", outputs={"ownerId": "{account}"}
        ),
        "ec2/Eip": _nameless(
            arn=_VPC + "elastic-ip/eipalloc-{digest17}",
            id="eipalloc-{digest17}",
            outputs={"allocationId": "eipalloc-{digest17}", "publicIp": "192.0.2.1"},
            replaces=("domain",),
        ),
        "ec2/NatGateway": _nameless(
            id="nat-{digest17}", outputs={"publicIp": "192.0.2.1"}, replaces=("subnetId", "allocationId")
        ),
        "ec2/RouteTable": _nameless(
            arn=_VPC + "route-table/rtb-{digest17}",
            id="rtb-{digest17}",
            outputs={"ownerId": "{account}"},
            replaces=("vpcId",),
        ),
        "ec2/Route": _nameless(id="r-{routeTableId}{digest7}", replaces=("routeTableId", "destinationCidrBlock")),
        "ec2/RouteTableAssociation": _nameless(id="rtbassoc-{digest17}", replaces=("subnetId", "gatewayId")),
        "ec2/VpcEndpoint": _nameless(
            arn=_VPC + "vpc-endpoint/vpce-{digest17}", id="vpce-{digest17}", replaces=("vpcId", "serviceName")
        ),
        "ec2/FlowLog": _nameless(
            arn=_VPC + "vpc-flow-log/fl-{digest17}",
            id="fl-{digest17}",
            replaces=(
                *("vpcId", "subnetId", "eniId", "trafficType", "logDestination", "iamRoleArn"),
                *("logDestinationType", "maxAggregationInterval", "logFormat"),
            ),
        ),
        "ec2/LaunchTemplate": Kind(
            arn=_VPC + "launch-template/lt-{digest17}",
            id="lt-{digest17}",
            outputs={"latestVersion": 1},
            replaces=("namePrefix",),
        ),
        "chatbot/SlackChannelConfiguration": Kind(
            id="{name}",
            name="configurationName",
            autonamed=False,
            outputs={
                "chatConfigurationArn": "arn:aws:chatbot::{account}:chat-configuration/slack-channel/{name}",
                "slackTeamName": "offline",
                "slackChannelName": "offline",
            },
        ),
        # Managed observability and functions
        "amp/Workspace": _nameless(
            arn="arn:aws:aps:{region}:{account}:workspace/ws-{uuid}",
            id="ws-{uuid}",
            outputs={"prometheusEndpoint": "https://aps-workspaces.{region}.amazonaws.com/workspaces/ws-{uuid}/"},
            replaces=("kmsKeyArn",),
        ),
        "amp/RuleGroupNamespace": Kind(
            arn="arn:aws:aps:{region}:{account}:rulegroupsnamespace/{workspaceId}/{name}",
            id="arn:aws:aps:{region}:{account}:rulegroupsnamespace/{workspaceId}/{name}",
            autonamed=True,
            replaces=("workspaceId",),
        ),
        "lambda/Function": Kind(
            arn="arn:aws:lambda:{region}:{account}:function:{name}",
            outputs={
                "invokeArn": "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/"
                "arn:aws:lambda:{region}:{account}:function:{name}/invocations",
                "version": "$LATEST",
            },
            replaces=("packageType",),
        ),
        "lambda/Permission": _nameless(
            id="{function}-{digest7}", replaces=("function", "action", "principal", "sourceArn", "statementId")
        ),
        "opensearch/Domain": Kind(
            arn="arn:aws:es:{region}:{account}:domain/{name}",
            id="arn:aws:es:{region}:{account}:domain/{name}",
            name="domainName",
            outputs={"endpoint": "search-{name}-{digest17}.{region}.es.amazonaws.com"},
        ),
        "kinesis/FirehoseDeliveryStream": Kind(
            arn="arn:aws:firehose:{region}:{account}:deliverystream/{name}", id="{arn}", replaces=("destination",)
        ),
    }.items()
}

OTHER = _nameless(arn="arn:aws:{service}:{region}:{account}:{type}/{logical}-{digest7}", id="{logical}-{digest7}")
"""Any type that the table does not have."""


class Aws(Package):
    """AWS as the table has it."""

    name = "aws"

    @property
    def region(self) -> str:
        """The provider's region."""
        return text(self.config, "region", DEFAULT_REGION)

    def check(self, urn: str, old: Properties, new: Properties) -> Properties:
        """Fill in the physical name (kept once given) and the region, as version 7 of the provider does."""
        kind = KINDS.get(type_of(urn), OTHER)
        checked = dict(new)
        if kind.autonamed and kind.name not in new and f"{kind.name}Prefix" not in new:
            checked[kind.name] = value(text(old, kind.name) or autoname(urn))
        return checked

    def make(self, urn: str, inputs: Properties) -> Made:
        """Id, ARN and the other outputs of the table's row."""
        kind = KINDS.get(type_of(urn), OTHER)
        words = self._words(urn, kind, inputs)
        outputs: dict[str, Json] = {"region": words["region"]} if "region" not in inputs else {}
        if kind.arn:
            words["arn"] = outputs["arn"] = kind.arn.format_map(words)
        outputs |= {key: _fill(item, words) for key, item in kind.outputs.items()}
        if "tags" in inputs:
            outputs["tagsAll"] = cast("Json", _plain(mapping(inputs, "tags")))
        return Made(id=kind.id.format_map(words), outputs=outputs)

    def replaces(self, urn: str, path: tuple[str | int, ...]) -> bool:
        """The physical name, and what the table names."""
        kind = KINDS.get(type_of(urn), OTHER)
        return path[0] in (kind.replaces + ((kind.name,) if kind.name else ()))

    def physical_name(self, urn: str) -> tuple[str, ...]:
        """The table's name property."""
        name = KINDS.get(type_of(urn), OTHER).name
        return (name,) if name else ()

    def invoke(self, token: str, arguments: Properties) -> Mapping[str, Json]:
        """Made-up answers, by region."""
        region = text(arguments, "region", self.region)
        answers: dict[str, Mapping[str, Json]] = {
            "aws:index/getCallerIdentity:getCallerIdentity": {
                "id": ACCOUNT,
                "accountId": ACCOUNT,
                "arn": f"arn:aws:iam::{ACCOUNT}:user/offline",
                "userId": "AIDAOFFLINE",
            },
            "aws:index/getRegion:getRegion": {
                "id": region,
                "name": region,
                "region": region,
                "description": f"{region} (offline)",
                "endpoint": f"ec2.{region}.amazonaws.com",
            },
            "aws:index/getPartition:getPartition": {
                "id": "aws",
                "partition": "aws",
                "dnsSuffix": "amazonaws.com",
                "reverseDnsPrefix": "com.amazonaws",
            },
            "aws:index/getAvailabilityZones:getAvailabilityZones": {
                "id": region,
                "region": region,
                "names": [f"{region}{zone}" for zone in "abc"],
                "zoneIds": [f"{region}-az{number}" for number in (1, 2, 3)],
                "groupNames": [region],
            },
            "aws:eks/getCluster:getCluster": self._cluster(text(arguments, "name"), region),
        }
        if token not in answers:
            raise UnknownFunctionError(token, answers)
        return answers[token]

    def _cluster(self, name: str, region: str) -> Mapping[str, Json]:
        urn = f"urn:pulumi:offline::offline::{token('eks/Cluster')}::{name}"
        made = self.make(urn, {"name": value(name), "region": value(region)})
        network: Json = {
            "clusterSecurityGroupId": f"sg-{digest(name, 17)}",
            "vpcId": f"vpc-{digest(name, 17)}",
            "subnetIds": [f"subnet-{digest(f'{name}/{zone}', 17)}" for zone in "abc"],
        }
        identity = {"id": name, "name": name, "region": region, "version": "1.34"}
        # The function has a list where the resource has one.
        authority: dict[str, Json] = {"certificateAuthorities": [made.outputs["certificateAuthority"]]}
        plain = {key: item for key, item in made.outputs.items() if key != "certificateAuthority"}
        return {
            **plain,
            **authority,
            **identity,
            "vpcConfig": network,
            "tags": {},
            "roleArn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        }

    def _words(self, urn: str, kind: Kind, inputs: Properties) -> dict[str, str]:
        package_module = type_of(urn).split(":")[1]
        words: dict[str, str] = defaultdict(str, {key: text(inputs, key) for key in inputs})
        hashed = digest(urn, 64)
        words |= {
            "region": text(inputs, "region", self.region),
            "account": ACCOUNT,
            "name": text(inputs, kind.name, autoname(urn)) if kind.name else "",
            "digest6": hashed[:6],
            "digest7": hashed[:7],
            "digest17": hashed[:17],
            "digest32": hashed[:32],
            "DIGEST17": hashed[:17].upper(),
            "DIGEST32": hashed[:32].upper(),
            "uuid": f"{hashed[:8]}-{hashed[8:12]}-{hashed[12:16]}-{hashed[16:20]}-{hashed[20:32]}",
            "service": package_module.split("/")[0],
            "type": package_module.split("/")[-1],
            "logical": urn.rsplit("::", 1)[-1],
            "urlHost": text(inputs, "url").removeprefix("https://"),
        }
        return words


def _fill(template: Json, words: Mapping[str, str]) -> Json:
    if isinstance(template, str):
        return template.format_map(words)
    if isinstance(template, Mapping):
        return {key: _fill(item, words) for key, item in template.items()}
    if isinstance(template, list | tuple):
        return [_fill(item, words) for item in template]
    return template


def _plain(properties: Properties) -> dict[str, Json]:
    return {key: item.value if isinstance(item.value, str) else "" for key, item in properties.items()}

"""Every policy with what passes and what fails; findings name the resource, and what is wrong with it."""

from typing import Any

import pytest

from model.plan import SECRET_TEXT, UNKNOWN_TEXT
from model.policies.registry import RULES, findings
from model.policies.rule import Level, Resource
from tests.model.policies.passing import PASSES
from tests.model.policies.samples import (
    BUCKET,
    CERTIFICATE,
    CLOUDWATCH,
    CLUSTER,
    EBS,
    KEY,
    NODE_CLASS,
    NODE_GROUP,
    NODES,
    OPEN,
    PLAIN_INGRESS,
    STORAGE_CLASS,
    TEMPLATE,
    TOPIC,
    aws_provider,
    bucket,
    delivery,
    deployment,
    forwarded,
    of,
    policy,
    release,
    role_policy,
)
from tests.plans import urn_of

FAILS = [
    ("encryption-at-rest", bucket(without="encryption"), "no encryption is configured for the bucket"),
    ("encryption-at-rest", [of(TOPIC)], "kmsMasterKeyId is not set"),
    (
        "encryption-at-rest",
        [of("aws:sqs/queue:Queue", sqsManagedSseEnabled=False)],
        "kmsMasterKeyId and sqsManagedSseEnabled are not set",
    ),
    ("encryption-at-rest", [of(CLUSTER)], "Secrets in etcd are not encrypted by a key (encryptionConfig)"),
    (
        "encryption-at-rest",
        [of(TEMPLATE, blockDeviceMappings=[{"deviceName": "/dev/xvda", "ebs": {}}])],
        "the volume /dev/xvda of its nodes is not encrypted",
    ),
    (
        "encryption-at-rest",
        [of(STORAGE_CLASS, **EBS)],
        "volumes of this StorageClass are not encrypted (parameters.encrypted)",
    ),
    (
        "encryption-in-transit",
        bucket(without="policy"),
        "no bucket policy refuses requests without TLS (aws:SecureTransport)",
    ),
    (
        "encryption-in-transit",
        bucket(tls=policy({"Principal": "*"})),
        "no bucket policy refuses requests without TLS (aws:SecureTransport)",
    ),
    (
        "encryption-in-transit",
        [of("aws:sns/topicSubscription:TopicSubscription", protocol="http")],
        "notifications leave by plain HTTP",
    ),
    (
        "encryption-in-transit",
        [of("aws:lb/listener:Listener", protocol="HTTP")],
        "the listener answers by plain HTTP and does not redirect",
    ),
    (
        "encryption-in-transit",
        [of("kubernetes:networking.k8s.io/v1:Ingress", metadata={"annotations": PLAIN_INGRESS})],
        "the load balancer answers by plain HTTP and does not redirect",
    ),
    (
        "encryption-in-transit",
        [of("aws:opensearch/domain:Domain")],
        "the domain takes plain HTTP (domainEndpointOptions.enforceHttps)",
    ),
    (
        "encryption-in-transit",
        [of("aws:elasticache/replicationGroup:ReplicationGroup", atRestEncryptionEnabled=True)],
        "transitEncryptionEnabled is not set",
    ),
    (
        "public-exposure",
        bucket(without="block"),
        "public access is not blocked: blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets",
    ),
    ("public-exposure", bucket(block={"blockPublicPolicy": False}), "public access is not blocked: blockPublicPolicy"),
    (
        "public-exposure",
        [of("aws:sns/topicPolicy:TopicPolicy", policy=policy({"Sid": "All", "Principal": {"AWS": "*"}}))],
        "the statement All lets anybody in",
    ),
    ("public-exposure", [of("aws:ec2/securityGroup:SecurityGroup", ingress=[OPEN])], "port 22 is open to 0.0.0.0/0"),
    (
        "public-exposure",
        [of("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", cidrIpv6="::/0", fromPort=443)],
        "port 443 is open to ::/0",
    ),
    (
        "public-exposure",
        [of("aws:rds/instance:Instance", publiclyAccessible=True)],
        "the database has a public address",
    ),
    (
        "public-exposure",
        [of("kubernetes:core/v1:Service", spec={"type": "LoadBalancer"})],
        "the Service makes a load balancer on the internet",
    ),
    (
        "public-exposure",
        [of("kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams", spec={"scheme": "internet-facing"})],
        "its load balancers take everybody on the internet (inboundCIDRs)",
    ),
    (
        "open-api-endpoint",
        [of(CLUSTER, vpcConfig={"publicAccessCidrs": ["0.0.0.0/0"]})],
        "the Kubernetes API takes connections from 0.0.0.0/0",
    ),
    ("open-api-endpoint", [of(CLUSTER)], "the Kubernetes API takes connections from 0.0.0.0/0"),
    (
        "iam-wildcards",
        [role_policy(Sid="All", Action="sqs:*")],
        "statement All: the action sqs:* allows more than anybody has read",
    ),
    (
        "iam-wildcards",
        [role_policy(Action="sqs:SendMessage", Resource="*")],
        "statement without an id: sqs:SendMessage on every resource",
    ),
    (
        "iam-wildcards",
        [role_policy(NotAction="iam:*")],
        "statement without an id: NotAction allows all that it does not name",
    ),
    (
        "iam-wildcards",
        [
            of(
                "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                policyArn="arn:aws:iam::aws:policy/AdministratorAccess",
            )
        ],
        "AWS's policy AdministratorAccess is attached",
    ),
    (
        "iam-wildcards",
        [of("aws:iam/role:Role", assumeRolePolicy=policy({"Principal": "*", "Action": "sts:AssumeRole"}))],
        "anybody may take the role",
    ),
    (
        "iam-wildcards",
        [
            of(
                "aws:iam/role:Role",
                assumeRolePolicy=policy(
                    {"Principal": {"Federated": "x"}, "Condition": {"StringLike": {"t:sub": "repo:acme/*"}}}
                ),
            )
        ],
        "whoever fits the pattern repo:acme/* may take the role",
    ),
    (
        "log-retention",
        [of("aws:cloudwatch/logGroup:LogGroup")],
        "retentionInDays is not set, so lines are kept forever",
    ),
    ("log-retention", bucket(without="lifecycle"), "the bucket has no lifecycle, so nothing in it ever ends"),
    (
        "alarm-delivery",
        delivery(alarmActions=[]),
        "it has no alarmActions, and no EventBridge rule with a target takes its state changes",
    ),
    ("alarm-delivery", delivery(actionsEnabled=False), "actionsEnabled is false, so it notifies nobody"),
    ("alarm-delivery", delivery(subscribed=False), "alarms publish to the topic, and nobody is subscribed"),
    (
        "alarm-delivery",
        delivery(topic=policy({"Principal": CLOUDWATCH, "Action": "sns:Subscribe"})),
        "the topic's policy does not let CloudWatch publish",
    ),
    (
        "alarm-delivery",
        delivery(key=policy({"Principal": CLOUDWATCH, "Action": "kms:Decrypt"})),
        "the policy of its key key does not let CloudWatch kms:GenerateDataKey",
    ),
    (
        "alarm-delivery",
        delivery(master="alias/aws/sns"),
        "AWS's own key of SNS never lets CloudWatch in: the topic needs a key of its own",
    ),
    (
        "alarm-delivery",
        forwarded("staging-"),
        "it has no alarmActions, and no EventBridge rule with a target takes its state changes",
    ),
    (
        "alarm-delivery",
        forwarded("prod-", target=False),
        "it has no alarmActions, and no EventBridge rule with a target takes its state changes",
    ),
    ("helm-secrets", [release(auth={"password": "hunter2"})], "values.auth.password is written out"),
    ("helm-secrets", [release(a=[f"x{SECRET_TEXT}"])], "values.a[0] holds a secret of the stack"),
    ("helm-secrets", [release(config=f"key: {CERTIFICATE}")], "values.config holds a private key"),
    ("owner-tags", [aws_provider(team="x")], "the provider has no default tag owner"),
    (
        "owner-tags",
        [aws_provider(owner="platform"), of(TOPIC, provider=urn_of("prod", "pulumi:providers:aws", "default_7_51_1"))],
        "Pulumi's default provider makes it, which sets no tags",
    ),
    ("owner-tags", [of(TOPIC, tags={"owner": ""})], "the tag owner is empty"),
    ("owner-tags", [of(STORAGE_CLASS, **EBS)], "the volumes that it makes have no tag owner"),
    (
        "owner-tags",
        [of(TEMPLATE, tagSpecifications=[{"resourceType": "volume"}])],
        "each volume that it makes has no tag owner",
    ),
    ("owner-tags", [of(NODE_CLASS, spec={})], "the machines that it makes have no tag owner"),
    ("deletion-protection", [of(BUCKET, protect=False)], "Pulumi would delete it without asking (option protect)"),
    (
        "deletion-protection",
        [of(BUCKET, forceDestroy=True)],
        "deleting the bucket deletes what is in it (forceDestroy)",
    ),
    (
        "deletion-protection",
        [of("aws:dynamodb/table:Table")],
        "AWS would delete it without asking (deletionProtectionEnabled)",
    ),
    (
        "deletion-protection",
        [of(KEY, deletionWindowInDays=7)],
        "AWS deletes the key after 7 days (deletionWindowInDays), and all that it encrypts is lost",
    ),
    ("pinned-versions", [release(">=1.0")], "the chart's version is >=1.0, no exact one"),
    ("pinned-versions", [release(image={"tag": "latest"})], "values.image.tag is latest, which is not pinned"),
    (
        "pinned-versions",
        [release(sidecar={"image": "x:latest"})],
        "values.sidecar.image is x:latest, which is not pinned",
    ),
    ("pinned-versions", [deployment("python")], "container main: the image python is not pinned"),
    (
        "pinned-versions",
        [
            of(
                "kubernetes:batch/v1:CronJob",
                spec={
                    "jobTemplate": {
                        "spec": {"template": {"spec": {"containers": [{"name": "a", "image": "b:latest"}]}}}
                    }
                },
            )
        ],
        "container a: the image b:latest is not pinned",
    ),
    ("pinned-versions", [of("aws:eks/addon:Addon")], "the add-on has no addonVersion, so EKS chooses one"),
    ("pinned-versions", [of(NODE_GROUP)], "the nodes' image has no releaseVersion, so EKS chooses one"),
    (
        "pinned-versions",
        [of(NODE_CLASS, spec={"tags": {"owner": "a"}, "amiSelectorTerms": [{"alias": "al2023@latest"}]})],
        "the nodes' image is al2023@latest",
    ),
    ("high-availability", [deployment(replicas=1)], "it runs as 1 replica"),
    ("high-availability", [release(a={"replicas": 1})], "values.a.replicas is 1"),
    (
        "high-availability",
        [of(NODE_GROUP, **{**NODES, "scalingConfig": {"minSize": 1}})],
        "the group may shrink to 1 node",
    ),
    ("high-availability", [of(NODE_GROUP, **{**NODES, "subnetIds": ["a"]})], "its nodes are in one zone"),
    ("high-availability", [of(CLUSTER, vpcConfig={"subnetIds": ["a"]})], "the control plane is in one zone"),
    ("high-availability", [of("aws:rds/instance:Instance")], "the database is in one zone (multiAz)"),
    (
        "high-availability",
        [
            of("aws:ec2/natGateway:NatGateway"),
            of("aws:ec2/route:Route", "a", natGatewayId="x"),
            of("aws:ec2/route:Route", "b", natGatewayId="x"),
        ],
        "2 networks share 1 NAT gateway: its zone is everybody's",
    ),
]


@pytest.mark.parametrize(("rule", "resources"), PASSES)
def test_what_is_as_it_should_be_passes(rule: str, resources: list[Resource]) -> None:
    assert [each.message for each in findings(resources, "prod") if each.rule == rule] == []


@pytest.mark.parametrize(("rule", "resources", "message"), FAILS)
def test_what_is_not_is_found(rule: str, resources: list[Resource], message: str) -> None:
    assert [each.message for each in findings(resources, "prod") if each.rule == rule] == [message]


def test_every_rule_has_a_program_that_passes_and_one_that_fails() -> None:
    names = {rule.name for rule in RULES}
    assert {rule for rule, _ in PASSES} == names
    assert {rule for rule, _, _ in FAILS} == names


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_looks_at_one_resource_or_at_all(rule: Any) -> None:
    assert (rule.one is None) != (rule.all is None)


def test_findings_are_mandatory_in_production_and_advisory_elsewhere() -> None:
    assert [each.level for each in findings([of(TOPIC)], "prod")] == [Level.MANDATORY]
    assert [each.level for each in findings([of(TOPIC)], "dev")] == [Level.ADVISORY]


def test_an_environment_that_may_be_taken_down_needs_no_second_replica() -> None:
    assert findings([deployment(replicas=1), of(BUCKET, protect=False), *bucket()][:1], "dev") == ()


@pytest.mark.parametrize("value", [None, 1, [], "x", {"a": []}, UNKNOWN_TEXT, [None], [[1]], {"spec": None}])
def test_inputs_of_any_shape_are_looked_at_without_a_crash(value: Any) -> None:
    """Under the engine a policy sees what any program writes."""
    types = {resource.type for _, resources in PASSES for resource in resources}
    keys = {key for _, resources in PASSES for resource in resources for key in resource.inputs}
    findings([of(type_, **dict.fromkeys(keys, value)) for type_ in sorted(types)], "prod")


def test_what_is_denied_and_what_is_no_policy_gives_no_right() -> None:
    trust = policy({"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"})
    denied = role_policy(Effect="Deny", Action="*", Resource="*")
    assert findings([of("aws:iam/role:Role", assumeRolePolicy=trust), denied], "prod") == ()
    assert findings([of("aws:iam/rolePolicy:RolePolicy", policy=text) for text in ("no JSON", "[]")], "prod") == ()


def test_no_finding_shows_a_secret() -> None:
    found = findings([release(auth={"password": "hunter2"}, key=CERTIFICATE)], "prod")
    assert len(found) == 2
    assert "hunter2" not in str(found)
    assert "AAAA" not in str(found)

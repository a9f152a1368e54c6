"""Resources that pass each policy."""

from model.plan import UNKNOWN_TEXT
from tests.model.policies.samples import (
    BUCKET,
    CLUSTER,
    EBS,
    KEY,
    NODE_GROUP,
    NODES,
    PLAIN_INGRESS,
    PROVIDER,
    REDIRECT,
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

PASSES = [
    ("encryption-at-rest", bucket()),
    (
        "encryption-at-rest",
        [of(TOPIC, kmsMasterKeyId=UNKNOWN_TEXT), of("aws:sqs/queue:Queue", sqsManagedSseEnabled=True)],
    ),
    (
        "encryption-at-rest",
        [of(STORAGE_CLASS, **EBS, parameters={"encrypted": "true"}), of(STORAGE_CLASS, provisioner="x")],
    ),
    ("encryption-at-rest", [of(TEMPLATE, blockDeviceMappings=[{"ebs": {"encrypted": "true"}}])]),
    ("encryption-at-rest", [of(CLUSTER, encryptionConfig={"resources": ["secrets"]})]),
    ("encryption-in-transit", bucket()),
    ("encryption-in-transit", bucket(tls=UNKNOWN_TEXT)),
    ("encryption-in-transit", [of("aws:lb/listener:Listener", protocol="HTTP", defaultActions=REDIRECT)]),
    ("encryption-in-transit", [of("aws:sns/topicSubscription:TopicSubscription", protocol="https")]),
    (
        "encryption-in-transit",
        [
            of(
                "kubernetes:networking.k8s.io/v1:Ingress",
                metadata={"annotations": {**PLAIN_INGRESS, "alb.ingress.kubernetes.io/ssl-redirect": "443"}},
            )
        ],
    ),
    ("public-exposure", bucket()),
    (
        "public-exposure",
        [of("aws:sns/topicPolicy:TopicPolicy", policy=policy({"Principal": "*", "Condition": {"a": {"b": "c"}}}))],
    ),
    ("public-exposure", [of("kubernetes:core/v1:Service", spec={"type": "ClusterIP"})]),
    ("public-exposure", [of("aws:ec2/securityGroup:SecurityGroup", ingress=[{"cidrBlocks": ["10.0.0.0/8"]}])]),
    ("open-api-endpoint", [of(CLUSTER, vpcConfig={"publicAccessCidrs": ["203.0.113.0/24"]})]),
    ("open-api-endpoint", [of(CLUSTER, vpcConfig={"endpointPublicAccess": False})]),
    ("iam-wildcards", [role_policy(Action="sqs:SendMessage")]),
    ("iam-wildcards", [role_policy(Action="cloudwatch:DescribeAlarms", Resource="*")]),
    (
        "iam-wildcards",
        [
            role_policy(
                Action="ec2:TerminateInstances", Resource="*", Condition={"StringEquals": {"aws:ResourceTag/x": "y"}}
            )
        ],
    ),
    ("iam-wildcards", [of("aws:iam/rolePolicy:RolePolicy", policy=UNKNOWN_TEXT)]),
    ("log-retention", [of("aws:cloudwatch/logGroup:LogGroup", retentionInDays=30), *bucket()]),
    ("alarm-delivery", delivery()),
    ("alarm-delivery", forwarded("prod-")),
    ("helm-secrets", [release(auth={"existingSecret": "grafana-admin", "password": "${env:PASSWORD}"})]),
    ("helm-secrets", [release(extraEnvSecrets={"ES_PASSWORD": {"secret": "es-user", "key": "password"}})]),
    ("owner-tags", [aws_provider(owner="platform"), of(TOPIC, provider=PROVIDER)]),
    ("owner-tags", [of(STORAGE_CLASS, **EBS, parameters={"tagSpecification_1": "owner=platform"})]),
    ("deletion-protection", [of(KEY, deletionWindowInDays=30), of(BUCKET), of(CLUSTER, deletionProtection=True)]),
    ("pinned-versions", [release("88.5.3", image={"tag": "v1.2"}), deployment("quay.io/x/y@sha256:00")]),
    ("pinned-versions", [of(NODE_GROUP, **NODES), of("aws:eks/addon:Addon", addonVersion="v1.0.0-eksbuild.1")]),
    ("pinned-versions", [deployment(UNKNOWN_TEXT)]),
    ("high-availability", [deployment(replicas=2), release(replicaCount=2, userconfig={"replicas": 1})]),
    ("high-availability", [of(NODE_GROUP, **NODES)]),
]

"""What keeps data keeps it encrypted."""

from collections.abc import Iterator, Mapping

from model.plan import mapping, mappings, sequence
from model.policies import types
from model.policies.rule import Resource, Resources, Rule

# Type -> the input that switches encryption on. Where AWS encrypts by itself there is nothing to switch.
_SWITCHES: Mapping[str, tuple[str, ...]] = {
    types.TOPIC: ("kmsMasterKeyId",),
    types.QUEUE: ("kmsMasterKeyId", "sqsManagedSseEnabled"),
    types.LOG_GROUP: ("kmsKeyId",),
    "aws:ebs/volume:Volume": ("encrypted",),
    "aws:efs/fileSystem:FileSystem": ("encrypted",),
    "aws:elasticache/replicationGroup:ReplicationGroup": ("atRestEncryptionEnabled",),
    "aws:rds/cluster:Cluster": ("storageEncrypted",),
    "aws:rds/instance:Instance": ("storageEncrypted",),
}
_BUCKET_ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
_EBS_DRIVER = "ebs.csi"


def _unencrypted(resources: Resources) -> Iterator[tuple[Resource, str]]:
    for bucket in resources.of(types.BUCKET):
        if not resources.about(bucket, _BUCKET_ENCRYPTION):
            yield bucket, "no encryption is configured for the bucket"
    for resource in resources.items:
        switches = _SWITCHES.get(resource.type)
        if switches and not any(_on(resource.inputs.get(key)) for key in switches):
            yield resource, f"{' and '.join(switches)} {'are' if len(switches) > 1 else 'is'} not set"
    for resource in resources.of(types.CLUSTER):
        if "secrets" not in sequence(mapping(resource.inputs, "encryptionConfig"), "resources"):
            yield resource, "Secrets in etcd are not encrypted by a key (encryptionConfig)"
    yield from _disks(resources)


def _disks(resources: Resources) -> Iterator[tuple[Resource, str]]:
    templates = [(each, mappings(each.inputs, "blockDeviceMappings")) for each in resources.of(types.LAUNCH_TEMPLATE)]
    classes = [
        (each, mappings(mapping(each.inputs, "spec"), "blockDeviceMappings")) for each in resources.of(types.NODE_CLASS)
    ]
    for resource, devices in (*templates, *classes):
        for device in devices:
            if not _on(mapping(device, "ebs").get("encrypted")):
                yield resource, f"the volume {device.get('deviceName')} of its nodes is not encrypted"
    for resource in resources.of(types.STORAGE_CLASS):
        is_ebs = _EBS_DRIVER in str(resource.inputs.get("provisioner"))
        if is_ebs and not _on(mapping(resource.inputs, "parameters").get("encrypted")):
            yield resource, "volumes of this StorageClass are not encrypted (parameters.encrypted)"


def _on(value: object) -> bool:
    """A key, true, or `"true"`: launch templates and StorageClasses spell it as a text."""
    return value not in (None, "", False, "false")


RULE = Rule(
    name="encryption-at-rest",
    title="Buckets, topics, queues, log groups, volumes, databases and Kubernetes Secrets are encrypted",
    fix="Set the input; give a key of your own where people of other accounts or services of AWS read it.",
    all=_unencrypted,
)

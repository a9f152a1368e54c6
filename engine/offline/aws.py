"""What the offline provider knows of AWS: the types of ``aws.yaml``, and the answers to a few functions."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import yaml

from engine.offline.package import Made, Package, UnknownFunctionError, type_of
from engine.offline.values import Json, Properties, autoname, digest, mapping, text, value

ACCOUNT = "000000000000"
"""The simulated account: no real account has this number."""

DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One resource type: a row of ``aws.yaml``, which says what each key means."""

    arn: str = ""
    id: str = "{name}"
    name: str = "name"
    autonamed: bool = True
    outputs: Mapping[str, Json] = field(default_factory=dict)
    replaces: Sequence[str] = ()


def token(short: str) -> str:
    """``sns/Topic`` -> ``aws:sns/topic:Topic``."""
    module, name = short.split("/")
    return f"aws:{module}/{name[0].lower()}{name[1:]}:{name}"


def _table() -> Mapping[str, Kind]:
    rows = yaml.load((Path(__file__).parent / "aws.yaml").read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {token(short): Kind(**row) for short, row in rows.items()}


KINDS = _table()

OTHER = Kind(name="", arn="arn:aws:{service}:{region}:{account}:{type}/{logical}-{digest7}", id="{logical}-{digest7}")
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
        if kind.name and kind.autonamed and kind.name not in new and f"{kind.name}Prefix" not in new:
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
        return path[0] in kind.replaces or (bool(kind.name) and path[0] == kind.name)

    def physical_name(self, urn: str) -> tuple[str, ...]:
        """The table's name property."""
        name = KINDS.get(type_of(urn), OTHER).name
        return (name,) if name else ()

    def invoke(self, token: str, arguments: Properties) -> Mapping[str, Json]:
        """Made-up answers, by region."""
        region = text(arguments, "region", self.region)
        zone = f"Z{digest(text(arguments, 'name'), 20).upper()}"
        tagged = digest(str(sorted((key, str(item)) for key, item in arguments.items())), 16)
        balancer, group = f"app/k8s-offline/{tagged}", f"targetgroup/k8s-offline/{tagged}"
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
            "aws:rds/getInstance:getInstance": {
                "id": text(arguments, "dbInstanceIdentifier"),
                "address": f"{text(arguments, 'dbInstanceIdentifier')}.offline.{region}.rds.amazonaws.com",
            },
            "aws:rds/getCluster:getCluster": {
                "id": text(arguments, "clusterIdentifier"),
                "endpoint": f"{text(arguments, 'clusterIdentifier')}.cluster-offline.{region}.rds.amazonaws.com",
            },
            "aws:elasticache/getCluster:getCluster": {
                "id": text(arguments, "clusterId"),
                "cacheNodes": [{"address": f"{text(arguments, 'clusterId')}.offline.cache.amazonaws.com"}],
            },
            "aws:route53/getZone:getZone": {
                "id": zone,
                "zoneId": zone,
                "name": text(arguments, "name"),
                "arn": f"arn:aws:route53:::hostedzone/{zone}",
            },
            "aws:lb/getLoadBalancer:getLoadBalancer": {
                "id": balancer,
                "arn": f"arn:aws:elasticloadbalancing:{region}:{ACCOUNT}:loadbalancer/{balancer}",
                "arnSuffix": balancer,
            },
            "aws:lb/getTargetGroup:getTargetGroup": {"id": group, "arnSuffix": group},
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

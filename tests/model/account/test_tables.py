"""Tables of AWS: what is refused, what is warned of, and that the message says what to write instead."""

import pytest

from model.account.access import AccessLevel
from model.account.address_ranges import network_problems
from model.account.aws_regions import REGIONS, region_problems
from model.account.eks_versions import AS_OF, DATE, VERSIONS, version_problems, version_warning
from model.account.instance_types import instance_problems, is_arm
from model.account.storage import MARGIN_DAYS, BucketUse, buckets
from model.quantities import Duration


def test_every_region_has_three_zones_of_its_own() -> None:
    every = [zone for zones in REGIONS.values() for zone in zones]

    assert len(set(every)) == len(every) == 3 * len(REGIONS)
    assert not {"use1-az3", "usw1-az2", "cac1-az3"} & set(every), "EKS takes no control plane there"


@pytest.mark.parametrize(
    ("region", "found"),
    [
        pytest.param(
            "us-west-1", "found us-west-1 with 2 zones; allowed: a region with three zones: af-south-1", id="2"
        ),
        pytest.param("eu-centrl-1", "found unknown region 'eu-centrl-1'; allowed: a region", id="unknown"),
        pytest.param("cn-north-1", "found unknown region 'cn-north-1'", id="another partition"),
    ],
)
def test_a_region_without_three_zones_is_refused(region: str, found: str) -> None:
    (problem,) = region_problems("region", region)

    assert found in str(problem)
    assert region_problems("region", "eu-central-1") == []


def test_versions_leave_standard_support_before_extended_and_in_their_order() -> None:
    assert DATE.fullmatch(AS_OF)
    for support in VERSIONS.values():
        assert DATE.fullmatch(support.standard)
        assert support.standard < support.extended
    assert list(VERSIONS.values()) == sorted(VERSIONS.values())


def test_an_unknown_version_is_refused_with_the_offered_ones() -> None:
    (problem,) = version_problems("version", "1.99")

    assert str(problem) == "version: found unknown EKS version '1.99'; allowed: 1.32, 1.33, 1.34, 1.35"


def test_a_version_that_eks_ended_is_refused_with_the_day() -> None:
    (problem,) = version_problems("version", "1.34", "2028-01-01")

    assert "found version 1.34, which EKS ended on 2027-12-02; allowed: 1.35" in str(problem)
    assert version_problems("version", "1.34", "2027-12-02") == [], "the last day counts"


def test_a_version_out_of_standard_support_is_taken_and_warned_of_with_the_dates() -> None:
    assert version_problems("version", "1.33") == []
    warning = version_warning("1.33")
    assert warning
    assert "left standard support on 2026-07-29" in warning
    assert "after 2027-07-29" in warning
    assert "In standard support: 1.34, 1.35" in warning
    assert version_warning("1.34") is None
    assert version_warning("1.34", "2026-12-03")
    assert "none known" in str(version_warning("1.35", "2027-06-01"))


def test_an_unknown_instance_family_is_refused_with_those_of_like_name() -> None:
    (problem,) = instance_problems("nodes.instance_type", "m77i.large")

    assert "found unknown instance family 'm77i'; allowed: m4, m5" in str(problem)
    assert "c5" not in problem.allowed
    assert "c5" in instance_problems("nodes.instance_type", "ß1.large")[0].allowed
    assert instance_problems("nodes.instance_type", "m7i-flex.large") == []


@pytest.mark.parametrize(
    "arm", ["a1.large", "t4g.small", "m7g.large", "c7gn.large", "im4gn.large", "x2gd.large", "g5g.xlarge"]
)
def test_graviton_is_recognized_by_its_name(arm: str) -> None:
    assert is_arm(arm)


@pytest.mark.parametrize("intel_or_amd", ["m7i.large", "g5.xlarge", "gr6.4xlarge", "t3a.small", "u7i-12tb.224xlarge"])
def test_others_are_no_graviton(intel_or_amd: str) -> None:
    assert not is_arm(intel_or_amd)


GOOD = {"vpc": "10.80.0.0/16", "services": "172.20.0.0/16", "peers": {"office": "10.0.0.0/16"}}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"vpc": "10.80.0.0/20"}, "cluster.vpc_cidr: found /20; allowed: /16 to /19", id="too small"),
        pytest.param(
            {"vpc": "10.0.0.0/8", "peers": {}}, "cluster.vpc_cidr: found /8; allowed: /16 to /19", id="too large"
        ),
        pytest.param({"vpc": "10.80.1.0/16"}, "found '10.80.1.0/16', which is no range", id="host bits"),
        pytest.param({"vpc": "8.8.0.0/16"}, "found public 8.8.0.0/16; allowed: a private range", id="public"),
        pytest.param(
            {"vpc": "172.20.0.0/16"},
            "overlaps 172.20.0.0/16 of the service range; allowed: ranges that do not overlap",
            id="services",
        ),
        pytest.param({"vpc": "10.0.0.0/17"}, "overlaps 10.0.0.0/16 of peer office", id="a peer"),
        pytest.param({"vpc": "172.17.0.0/16"}, "overlaps 172.17.0.0/16 of docker0 on the nodes", id="docker"),
        pytest.param({"services": "10.0.8.0/24"}, "cluster.service_cidr: found 10.0.8.0/24, which overlaps", id="both"),
        pytest.param({"services": "172.20.0.0/28"}, "cluster.service_cidr: found /28; allowed: /12 to /24", id="few"),
        pytest.param({"services": "many"}, "cluster.service_cidr: found 'many', which is no range", id="no services"),
        pytest.param({"peers": {"office": "x"}}, "cluster.peer_cidrs.office: found 'x'", id="a peer that is none"),
    ],
)
def test_a_network_that_cannot_work_is_refused(change: dict[str, object], message: str) -> None:
    (problem,) = network_problems("cluster", **{**GOOD, **change})  # type: ignore[arg-type]

    assert message in str(problem)
    assert list(network_problems("cluster", **GOOD)) == []  # type: ignore[arg-type]


def test_s3_ends_data_later_than_the_program_that_wrote_it() -> None:
    long = Duration("1095d")
    kept = buckets({BucketUse.LOKI_CHUNKS: Duration("36h"), BucketUse.LONG_TERM_METRICS: long, BucketUse.JOBS: None})

    assert kept[BucketUse.LOKI_CHUNKS].expire_days == 2 + MARGIN_DAYS, "part of a day counts as one"
    assert kept[BucketUse.LOKI_CHUNKS].cold_days is None
    assert kept[BucketUse.LONG_TERM_METRICS].expire_days == 1095 + MARGIN_DAYS
    assert kept[BucketUse.LONG_TERM_METRICS].cold_days == 30
    assert kept[BucketUse.JOBS].expire_days is None, "programs are no history"


def test_a_use_that_nothing_writes_has_no_bucket() -> None:
    assert set(buckets({BucketUse.LOKI_CHUNKS: Duration("7d")})) == {BucketUse.LOKI_CHUNKS}


def test_logs_that_are_queried_never_become_cold() -> None:
    assert buckets({BucketUse.LOKI_CHUNKS: Duration("400d")})[BucketUse.LOKI_CHUNKS].cold_days is None


def test_access_levels_name_the_policies_of_aws() -> None:
    # EKS user guide, "Review access policy permissions".
    assert {level.policy for level in AccessLevel} == {
        "AmazonEKSClusterAdminPolicy",
        "AmazonEKSAdminPolicy",
        "AmazonEKSEditPolicy",
        "AmazonEKSViewPolicy",
        "AmazonEKSAdminViewPolicy",
    }

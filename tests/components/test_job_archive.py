"""The archive's object and its address."""

import pulumi_aws as aws

from components.alarm_mute_rules import AlarmMuteRules
from components.job_archive import JobArchive
from tests.components.account_examples import JOB_ARCHIVE
from tests.components.examples import EXAMPLES, deploy


def test_the_archive_is_an_object_named_by_its_checksum() -> None:
    result = deploy(EXAMPLES[JobArchive])
    made = result.only(aws.s3.BucketObjectv2).inputs

    assert made["key"] == f"{'0123abcd' * 8}.zip"
    assert made["source"] == {"path": str(JOB_ARCHIVE.file)}
    bucket = "belfry-prod-123456789012-eu-central-1-jobs"
    outputs = result.only(JobArchive).outputs
    assert outputs["url"] == f"https://{bucket}.s3.eu-central-1.amazonaws.com/{made['key']}"
    assert (outputs["bucket"], outputs["key"]) == (bucket, made["key"]), "the code of a Lambda function"


def test_a_window_is_a_mute_rule_of_the_composites_it_means() -> None:
    made = deploy(EXAMPLES[AlarmMuteRules]).only(aws.cloudwatch.AlarmMuteRule).inputs

    assert made == {
        "name": "belfry-prod-upgrade-1-1",
        "description": "PostgreSQL 17.",
        "muteTargets": {"alarmNames": ["prod-shop-critical", "prod-shop-warning"]},
        "rule": {
            "schedule": {"expression": "at(2026-03-07T22:30)", "duration": "PT3H30M", "timezone": "Europe/Berlin"}
        },
    }

"""Names of things in AWS and of what goes into queries and templates: what the services themselves accept."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from model.addresses import WebAddress
from model.base import Name, Region, Text, UrlPath
from model.catalog import aws_names
from model.catalog.teams import Email, FolderTitle
from model.catalog.telemetry import Matcher, PortName


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Name, "null"),
        (aws_names.QueueName, "orders_2-failed"),
        (aws_names.QueueName, "a" * 80),
        (aws_names.QueueName, "a" * 75 + ".fifo"),
        (aws_names.QueueName, "1e3"),
        (aws_names.TopicName, "alerts.fifo"),
        (aws_names.FunctionName, "Resize_images-v2"),
        (aws_names.DatabaseIdentifier, "shop-products"),
        (aws_names.CacheIdentifier, "shop-0001-002"),
        (aws_names.DomainName, "search-1"),
        (aws_names.ApiName, "Orders API (v2)"),
        (aws_names.StageName, "$default"),
        (aws_names.StageName, "v1_prod"),
        (aws_names.WebAclName, "edge_acl-1"),
        (aws_names.CertificateArn, "arn:aws-us-gov:acm:us-gov-west-1:123456789012:certificate/0a-1b"),
        (Region, "ap-southeast-2"),
        (aws_names.OperationName, "PutRecords"),
        (UrlPath, "/api/v1/items/{id}"),
        (UrlPath, "/upload/*"),
        (WebAddress, "http://127.0.0.1:3000"),
        (WebAddress, "https://[::1]:9090/prometheus"),
        (WebAddress, "https://github.com/example/belfry/blob/main/docs/runbooks"),
        (Matcher, 'uri!~"/actuator.*"'),
        (Matcher, 'path="/{id}"'),
        (PortName, "http-metrics"),
        (Email, "o'brien+x@mail.example.com"),
        (Text, "Größe: {{ 1 }}\n\t- ok"),
        (FolderTitle, "Team A: {{ x }}"),
    ],
)
def test_what_its_service_accepts_is_accepted(kind: Any, name: str) -> None:
    assert TypeAdapter(kind).validate_python(name) == name


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (aws_names.QueueName, "a: b"),
        (aws_names.QueueName, "wq # c"),
        (aws_names.QueueName, "wq}"),
        (aws_names.QueueName, 'a"} or vector(1) #'),
        (aws_names.QueueName, "jobs, system: other"),
        (aws_names.QueueName, "a" * 81),
        (aws_names.QueueName, "a" * 76 + ".fifo"),
        (aws_names.QueueName, ""),
        (aws_names.TopicName, "a b"),
        (aws_names.TopicName, "a" * 257),
        (aws_names.FunctionName, "arn:aws:lambda:eu-central-1:123456789012:function:f"),
        (aws_names.FunctionName, "f:live"),
        (aws_names.DatabaseIdentifier, "Shop"),
        (aws_names.DatabaseIdentifier, "a--b"),
        (aws_names.DatabaseIdentifier, "a" * 64),
        (aws_names.CacheIdentifier, "shop-"),
        (aws_names.DomainName, "ab"),
        (aws_names.ApiName, 'a"b'),
        (aws_names.ApiName, "a{b}"),
        (aws_names.StageName, "a/b"),
        (aws_names.WebAclName, "a b"),
        (aws_names.CertificateArn, "arn:aws:acm:"),
        (aws_names.CertificateArn, 'arn:aws:acm:eu-central-1:123456789012:certificate/a"b'),
        (Region, "frankfurt"),
        (aws_names.OperationName, "Put Records"),
        (UrlPath, "items"),
        (UrlPath, "/a b"),
        (UrlPath, '/a"b'),
        (UrlPath, "/{{ x }}"),
        (UrlPath, "/a{"),
        (UrlPath, "/a\n"),
        (WebAddress, "https://admin:hunter2@example.com"),
        (WebAddress, "https://example.com/{{.X}}"),
        (WebAddress, 'https://example.com/"<'),
        (WebAddress, "https://example.com/"),
        (WebAddress, "https://example.com/?a=b"),
        (Matcher, 'source="we\nb"'),
        (Matcher, 'source="we\u2028b"'),
        (Matcher, 'source="a"} or vector(1) #"'),
        (Matcher, 'source=~"(?=w)web"'),
        (Matcher, 'source=~"a++b"'),
        (PortName, "This Is Not A Port Name"),
        (Email, "{{.CommonLabels.X}}@example.com"),
        (Email, 'a"b@example.com'),
        (Email, "<a@example.com>"),
        (Text, "a\x07b"),
        (Text, "a\x85b"),
        (Text, "a\ufeffb"),
        (FolderTitle, "a\x1bb"),
    ],
)
def test_what_it_would_refuse_or_read_otherwise_is_refused(kind: Any, name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(name)

"""What is taken as an address, and what is refused before a program has to cope with it."""

import re
from typing import Any

import pydantic
import pytest

from model.addresses import (
    ChartAddress,
    HttpsAddress,
    Origin,
    WebAddress,
    check_host,
    check_host_and_port,
    check_url,
)


def refused(kind: Any, text: str) -> str:
    with pytest.raises(pydantic.ValidationError) as caught:
        pydantic.TypeAdapter[str](kind).validate_python(text)
    return caught.value.errors()[0]["msg"]


@pytest.mark.parametrize(
    "host", ["a", "api.example.com", "api.example.com.", "_dmarc.example.com", "8.8.8.8", "[2001:db8::1]", "xn--d1a.eu"]
)
def test_a_host_has_a_name_or_an_address(host: str) -> None:
    check_host(host)


@pytest.mark.parametrize(
    ("host", "message"),
    [
        pytest.param("", "found the host ''", id="nothing"),
        pytest.param("a b", "found the host 'a b'", id="a blank"),
        pytest.param("a..b", "found the host", id="an empty label"),
        pytest.param("-a.example.com", "found the host", id="a hyphen first"),
        pytest.param(f"{'a' * 64}.example.com", "found the host", id="a label of 64"),
        pytest.param(".".join(["a" * 60] * 5), "found the host", id="a name of 304"),
        pytest.param("bücher.example.com", "found the host", id="no ASCII"),
        pytest.param("2001:db8::1", "an IPv6 address in brackets", id="IPv6 without brackets"),
        pytest.param("[8.8.8.8]", "an IPv6 address in brackets", id="IPv4 in brackets"),
        pytest.param("256.1.1.1", "found the host", id="no IPv4 address"),
        pytest.param("169.254.169.254", "no link-local address", id="the metadata of a node"),
        pytest.param("169.254.170.23", "no link-local address", id="the agent of Pod Identity"),
        pytest.param("2852039166", "found the host", id="the metadata as one number"),
        pytest.param("0xA9FEA9FE", "found the host", id="the metadata in hexadecimal"),
        pytest.param("169.254.43518", "found the host", id="the metadata in three parts"),
        pytest.param("[fe80::1]", "no link-local address", id="link-local IPv6"),
        pytest.param("[fd00:ec2::254]", "no link-local address", id="the metadata by IPv6"),
        pytest.param("[::ffff:169.254.169.254]", "no link-local address", id="the metadata as a mapped address"),
        pytest.param("Instance-Data.ec2.internal.", "no link-local address", id="the metadata by name"),
    ],
)
def test_another_host_is_refused(host: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_host(host)


@pytest.mark.parametrize("url", ["https://a.example.com", "http://a:8080/x?y=1&z=a%20b#c", "https://[2001:db8::1]:1/"])
def test_a_url_has_a_scheme_and_a_host(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        pytest.param("", "found ''; allowed: https:// or http:// and a host", id="nothing"),
        pytest.param("javascript:alert(1)", "allowed: https:// or", id="a script"),
        pytest.param("file:///etc/passwd", "allowed: https:// or", id="a file"),
        pytest.param("https://", "found the host ''", id="no host"),
        pytest.param("https:///x", "found the host ''", id="a path alone"),
        pytest.param("https://a:b/", "allowed: https:// or", id="a word as the port"),
        pytest.param("https://a:/", "found the port ''; allowed: 1 to 65535", id="an empty port"),
        pytest.param("https://a:65536", "found the port '65536'", id="a port too large"),
        pytest.param('https://a"} or..', "found the host", id="a quote in the host"),
        pytest.param('https://a/"x', "no blank, quote", id="a quote in the path"),
        pytest.param("https://a/{{ .X }}", "no blank, quote, brace", id="a template"),
        pytest.param("https://a/x\ny", "allowed", id="a newline"),
        pytest.param("https://a/<script>", "angle bracket", id="an angle bracket"),
        pytest.param("https://a/ü", "allowed: no blank", id="no ASCII"),
        pytest.param("http://169.254.169.254/latest/meta-data", "no link-local address", id="metadata"),
    ],
)
def test_another_url_is_refused(url: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_url(url)


def test_a_password_in_a_url_is_refused_and_not_shown() -> None:
    with pytest.raises(ValueError, match="a user or a password") as caught:
        check_url("https://admin:hunter2@example.com/x")
    assert "hunter2" not in str(caught.value)


def test_host_and_port_are_both_there() -> None:
    check_host_and_port("a.example.com:443")
    check_host_and_port("[2001:db8::1]:443")
    for text in ("a.example.com", "https://a:443", "a:443/x", "a:0", "a:", ":443", "a:443\nb", "a:b@c:443"):
        with pytest.raises(ValueError, match="allowed"):
            check_host_and_port(text)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        pytest.param(WebAddress, "https://a/", "no slash at the end", id="a slash at the end"),
        pytest.param(WebAddress, "https://a/?b", "no . and no #", id="a query"),
        pytest.param(WebAddress, "https://a#b", "no . and no #", id="a fragment"),
        pytest.param(WebAddress, "oci://a", "https:// or http://", id="another scheme"),
        pytest.param(HttpsAddress, "http://a", "https:// and a host", id="without TLS"),
        pytest.param(ChartAddress, "ftp://a", "https:// or http:// or oci://", id="no repository of charts"),
        pytest.param(Origin, "*", "https:// or http:// and a host", id="every origin"),
        pytest.param(Origin, "https://*.example.com", "found the host", id="a pattern of origins"),
        pytest.param(Origin, "https://a/", "no path", id="a path"),
        pytest.param(Origin, "https://a?b", "no path", id="a query of an origin"),
        pytest.param(Origin, "https://A", "lower case", id="upper case, which no browser sends"),
        pytest.param(Origin, "null", "https:// or http://", id="what a sandboxed page sends"),
    ],
)
def test_an_address_fits_its_use(kind: Any, text: str, message: str) -> None:
    assert pydantic.TypeAdapter(WebAddress).validate_python("http://a:1/b") == "http://a:1/b"
    assert pydantic.TypeAdapter(Origin).validate_python("https://a.example.com:8443") == "https://a.example.com:8443"
    assert re.search(message, refused(kind, text))

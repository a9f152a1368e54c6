"""Addresses as people write them: hosts, ports, URLs.

They land in YAML, in labels and in templates of Alertmanager and Grafana: what would end a string or begin a template
there is refused, and so is a password, which would be readable by everybody.
"""

import ipaddress
import re
from collections.abc import Callable, Collection
from typing import Annotated

from pydantic import AfterValidator

_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})*\.?", re.ASCII)
# Printable ASCII without quotes, brackets, braces, backslash and backtick.
_PATH = re.compile(r"[!#$%&()*+,\-./0-9:;=?@A-Z\[\]^_a-z|~]*", re.ASCII)
_URL = re.compile(r"(?P<scheme>[a-z]+)://(?P<host>\[[^\]/?#@]*\]|[^/?#@:\[\]]*)(:(?P<port>[0-9]*))?(?P<rest>[/?#].*)?")
_LONGEST_NAME, _LARGEST_PORT = 253, 65_535
_PORT = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
# Where EC2 hands out the credentials of a node, by number and by name.
_METADATA = ("instance-data", "instance-data.ec2.internal")
_METADATA_IPV6 = ipaddress.ip_address("fd00:ec2::254")


def check_host(host: str) -> None:
    """Raises ValueError for what is neither a host's name nor its address, and for link-local addresses."""
    allowed = "a host's name or its address, such as api.example.com"
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        # A name that ends in a number is read as an address by some programs: 2852039166 is 169.254.169.254.
        last = bare.rstrip(".").rpartition(".")[2]
        if not _NAME.fullmatch(bare) or len(bare) > _LONGEST_NAME or re.fullmatch(r"[0-9]+|0[xX][0-9a-fA-F]*", last):
            raise ValueError(f"found the host {host!r}; allowed: {allowed}") from None
        link_local = bare.lower().rstrip(".") in _METADATA
    else:
        if isinstance(address, ipaddress.IPv6Address) != host.startswith("["):
            raise ValueError(f"found the host {host!r}; allowed: {allowed}, an IPv6 address in brackets")
        inner = getattr(address, "ipv4_mapped", None) or address
        link_local = inner.is_link_local or inner == _METADATA_IPV6
    if link_local:
        raise ValueError(
            f"found the host {host!r}, which hands out a node's credentials; allowed: {allowed}, no link-local address"
        )


def check_port(port: str) -> None:
    """Raises ValueError for what is no port."""
    if not _PORT.fullmatch(port) or int(port) > _LARGEST_PORT:
        raise ValueError(f"found the port {port!r}; allowed: 1 to {_LARGEST_PORT}")


def check_url(text: str, schemes: Collection[str] = ("https", "http")) -> None:
    """Raises ValueError for what is no URL with a host, or has a user or a password in it."""
    wanted = f"{' or '.join(f'{scheme}://' for scheme in schemes)} and a host"
    authority = text.partition("://")[2].partition("/")[0]
    if "@" in authority:
        # Not quoted: what stands there may be a password.
        raise ValueError("found a URL with a user or a password; allowed: neither, put secrets into belfry:secrets")
    found = _URL.fullmatch(text)
    if found is None or found["scheme"] not in schemes:
        raise ValueError(f"found {text!r}; allowed: {wanted}")
    check_host(found["host"])
    if found["port"] is not None:
        check_port(found["port"])
    if not _PATH.fullmatch(found["rest"] or ""):
        raise ValueError(f"found {text!r}; allowed: no blank, quote, brace, angle bracket, backslash or newline")


def check_host_and_port(text: str) -> None:
    """Raises ValueError for what is not ``host:port``."""
    host, colon, port = text.rpartition(":")
    if not colon or "/" in text:
        raise ValueError(f"found {text!r}; allowed: host:port, such as api.example.com:443")
    check_host(host)
    check_port(port)


def _base(*schemes: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        check_url(text, schemes)
        if text.endswith("/") or "?" in text or "#" in text:
            raise ValueError(f"found {text!r}; allowed: no slash at the end, no ? and no #: paths are put behind it")
        return text

    return check


def _origin(text: str) -> str:
    check_url(text)
    if text != text.lower() or "/" in text.partition("://")[2] or "?" in text or "#" in text:
        raise ValueError(
            f"found {text!r}; allowed: exactly as browsers send it: scheme and host in lower case, a port, no path"
        )
    return text


WebAddress = Annotated[str, AfterValidator(_base("https", "http"))]
"""A URL that paths are put behind."""
HttpsAddress = Annotated[str, AfterValidator(_base("https"))]
ChartAddress = Annotated[str, AfterValidator(_base("https", "http", "oci"))]
Origin = Annotated[str, AfterValidator(_origin)]
"""What a browser sends as ``Origin``: exactly one site."""

"""Certificates of only this machine."""

import ssl
from pathlib import Path

import pytest
from cryptography import x509

from lab.layout import Layout
from lab.servers import certificates
from lab.servers.certificates import server_context, trusted


def test_it_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    first = trusted(layout).read_bytes()

    assert trusted(layout).read_bytes() == first
    assert layout.certificate_key.stat().st_mode & 0o077 == 0


def test_an_old_one_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(tmp_path)
    first = trusted(layout).read_bytes()

    monkeypatch.setattr(certificates, "LEAST_DAYS", certificates.DAYS + 1)

    assert trusted(layout).read_bytes() != first


def test_who_trusts_it_believes_a_server_at_the_loopback_address(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    client = ssl.create_default_context(cafile=trusted(layout))
    server_context(layout)

    assert client.verify_mode is ssl.CERT_REQUIRED
    certificate = x509.load_pem_x509_certificate(layout.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(address) for address in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]

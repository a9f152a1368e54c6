"""Certificates of only this machine: probes of TLS need somebody who speaks it, and whom the prober trusts."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lab.layout import Layout
from lab.ports import HOST

# A public certificate's own lifetime: rules about its expiry see what they see in the cluster.
DAYS = 90
# An `up` renews it when less is left.
LEAST_DAYS = 45


def trusted(layout: Layout) -> Path:
    """The file of certificates that the prober is to trust: one, which signs itself. Made when it is missing or old."""
    if not _fresh(layout.certificate):
        _make(layout)
    return layout.certificate


def server_context(layout: Layout) -> ssl.SSLContext:
    """What a server needs to speak TLS with it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted(layout), layout.certificate_key)
    return context


def _fresh(file: Path) -> bool:
    if not file.exists():
        return False
    ends = x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    return ends - datetime.now(UTC) > timedelta(days=LEAST_DAYS)


def _make(layout: Layout) -> None:
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "belfry lab")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    layout.write(layout.certificate_key, private.decode())
    layout.write(layout.certificate, certificate.public_bytes(serialization.Encoding.PEM).decode())

"""Signals that the platform measures of every part: what no shipped catalog asks for, on samples."""

from pathlib import Path

from authoring.rules.signals.platform import certificate
from authoring.rules.signals.query import Measured
from authoring.text import to_yaml
from model.catalog.catalog import Catalog
from tests.tools import PROJECT, run


def test_a_certificate_expires_with_the_chain_that_a_probe_verifies_and_not_with_an_old_root_beside_it(
    tmp_path: Path,
) -> None:
    (system,) = (one for one in Catalog.load(PROJECT / "catalog").systems if one.system == "generic")
    part = next(part for part in system.components if part.probes)
    query = certificate(Measured(system, part))
    assert query is not None
    labels = f'cluster="eu", system="{system.system}", component="{part.name}"'
    series = {
        # A root that expired a week ago and that no client needs; the chain is good for 30 days.
        f'probe_ssl_earliest_cert_expiry{{{labels}, probe="old-root"}}': "-604800x60",
        f'probe_ssl_last_chain_expiry_timestamp_seconds{{{labels}, probe="old-root"}}': "2592000x60",
        # Nothing was verified here, so the earliest date is all there is.
        f'probe_ssl_earliest_cert_expiry{{{labels}, probe="unverified"}}': "9999999x60",
        f'probe_ssl_last_chain_expiry_timestamp_seconds{{{labels}, probe="unverified"}}': "0x60",
    }
    document = {
        "rule_files": [str(PROJECT / "rules" / "prometheus" / "certificates.yaml")],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [
                    {
                        "expr": query.expr,
                        "eval_time": "30m",
                        "exp_samples": [{"labels": '{cluster="eu"}', "value": 2592000 - 1800}],
                    }
                ],
            }
        ],
    }
    path = tmp_path / "certificate.test.yaml"
    path.write_text(to_yaml(document, ""), encoding="utf-8")
    run("promtool", "test", "rules", path)

"""Where the metrics of a program are reached: a pod of an IPv6 cluster has no other address."""

import urllib.request

import pytest

from ops.serving import EVERY_ADDRESS, Served, serve


@pytest.mark.parametrize(
    ("host", "asked"), [(EVERY_ADDRESS, ("127.0.0.1", "[::1]")), ("127.0.0.1", ("127.0.0.1",)), ("::1", ("[::1]",))]
)
def test_a_program_answers_on_the_addresses_it_was_given(host: str, asked: tuple[str, ...]) -> None:
    server = serve(Served(hung_seconds=1e9), host, 0)
    try:
        for address in asked:
            with urllib.request.urlopen(f"http://{address}:{server.server_port}/-/healthy", timeout=5) as answer:
                assert answer.read() == b"ok\n"
    finally:
        server.shutdown()
        server.server_close()

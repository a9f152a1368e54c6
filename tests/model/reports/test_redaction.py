from model.reports.redaction import HIDDEN, redacted


def test_what_looks_like_a_secret_is_cut_out_of_every_text() -> None:
    planted = {
        "reasons": ["moved https://u:hunter2@db.example.com/x", ("AKIAABCDEFGHIJKLMNOP leaked",)],
        "count": 3,
    }
    found = redacted(planted)
    assert found == {"reasons": [f"moved {HIDDEN}db.example.com/x", [f"{HIDDEN} leaked"]], "count": 3}

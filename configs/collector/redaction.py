"""What must not be kept: card numbers, credentials, mail addresses. Masked before anything is stored or sent on.

Two steps, because neither does all. The first knows ``key=value`` inside a text and keeps the key and the shape of the
JSON around it. The second looks into every attribute and body, at any depth, for values that betray themselves and for
keys that are never harmless. A pattern is a safety net, not a guarantee: what is not logged cannot leak.
"""

from collections.abc import Sequence

from configs.collector.ottl import quote, transform
from configs.collector.parts import Config

Pairs = Sequence[tuple[str, str]]
"""Pattern -> what stands in its place."""

MASK = "****"  # what the redaction processor writes; the first step writes the same

TEXT = "transform/redact"
VALUES = "redaction"
METRIC_VALUES = "redaction/metrics"

# Ends of names whose value is a secret: `password`, `db.password`, `accessToken`, `x-api-key`. Plurals are left alone:
# `input_tokens` of a language model is a number that people need.
_SENSITIVE = (
    r"(?:authorization|cookie|password|passwd|passphrase|secret|token|api[._-]?key|access[._-]?key|secret[._-]?key"
    r"|private[._-]?key|credit[._-]?card|card[._-]?number|cvv|cvc)"
)
# The same for `key: value` in prose, without the words that prose is full of: "invalid token: expired" may stay.
_SENSITIVE_IN_PROSE = (
    r"(?:password|passwd|passphrase|secret|api[._-]?key|access[._-]?key|secret[._-]?key|private[._-]?key)"
)

# Pattern -> replacement, for texts.
PAIRS = (
    # "password": "hunter2", also with escaped quotes inside the value
    (rf'(?i)({_SENSITIVE}"\s*:\s*)"(?:[^"\\]|\\.)*"', rf'${{1}}"{MASK}"'),
    # "cvv": 123
    (rf'(?i)({_SENSITIVE}"\s*:\s*)[0-9]+', rf'${{1}}"{MASK}"'),
    # JSON inside a JSON text: \"password\":\"hunter2\"
    (rf'(?i)({_SENSITIVE}\\+"\s*:\s*\\+")[^"\\]*', rf"${{1}}{MASK}"),
    # Authorization: Basic dXNlcjpwYXNz
    (r"(?i)(authorization['\"]?\s*[:=]\s*['\"]?(?:basic|bearer|digest|token)\s+)[^\s,'\"]+", rf"${{1}}{MASK}"),
    # password=hunter2 in logfmt, forms and query strings
    (rf"(?i)({_SENSITIVE}=)(?:\"[^\"]*\"|'[^']*'|[^\s\"'&,;]+)", rf"${{1}}{MASK}"),
    # password: hunter2
    (rf"(?i)(\b{_SENSITIVE_IN_PROSE}:\s+)[^\s\"',]+", rf"${{1}}{MASK}"),
    # postgres://shop:hunter2@db/orders
    (r"(://[^/\s:@]+:)[^/\s@]+@", rf"${{1}}{MASK}@"),
)

# One of these stands in every text that a pattern above could match, in lower case. Looking for a literal costs a
# hundredth of a pattern (Go has no automaton for them), and most lines hold none: measured by benchmarks/collector.py.
HINTS = (
    *("authorization", "card", "cookie", "cvc", "cvv", "key", "passphrase", "passw", "secret", "token"),
    "://",
)

# Issuers' prefixes and lengths (ISO/IEC 7812): Visa; Mastercard 51-55 and 2221-2720; Discover; American Express. The
# check digit cannot be computed by a pattern, so an order number that looks like a card is masked too. Unix times
# stay: whatever their precision, they begin with 1 until the year 2033.
_GROUPS = "(?:" + "|".join(rf"(?:{separator}[0-9]{{4}}){{3}}" for separator in ("", " ", "-")) + ")"
_ISSUERS = r"(?:4[0-9]{3}|5[1-5][0-9]{2}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720|6011|65[0-9]{2})"
_AMERICAN_EXPRESS = r"3[47][0-9]{2}(?:[0-9]{11}| [0-9]{6} [0-9]{5}|-[0-9]{6}-[0-9]{5})"

# Values that betray themselves, wherever they stand. A pattern that begins with plain letters costs next to nothing:
# hence several of them where one with a choice at its beginning would do.
BLOCKED_VALUES = (
    rf"\b(?:{_ISSUERS}{_GROUPS}|{_AMERICAN_EXPRESS})\b",
    r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",  # JSON Web Token: a JSON object in base64
    # 16 characters: "bearer authentication" is a sentence
    *(rf"{bearer}\s+[A-Za-z0-9._~+/-]{{16,}}=*" for bearer in ("Bearer", "bearer", "BEARER")),
    *(rf"{prefix}[0-9A-Z]{{16}}\b" for prefix in ("AKIA", "ASIA")),  # AWS access key
    r"gh[pousr]_[A-Za-z0-9]{36,}",  # GitHub
    r"xox[abeprs]-[A-Za-z0-9-]{10,}",  # Slack
    *(rf"{kind}k_{mode}_[A-Za-z0-9]{{16,}}" for kind in "rs" for mode in ("live", "test")),  # Stripe
    r"\bsk-[A-Za-z0-9_-]{20,}",  # model providers; with \b, for names of tasks end in `sk-`
    r"AIza[0-9A-Za-z_-]{35}",  # Google
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?",
    r"[A-Za-z0-9._%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}",  # mail address
)

BLOCKED_KEYS = (rf"(?i){_SENSITIVE}$",)

# Who it was: only where an environment asks for it, because attacks are found and investigated by address and user.
# By the names of keys alone: an address inside a sentence may as well be a pod's or a version.
_PERSON = (
    r"(?:client[._-]?(?:ip|addr|address)|remote[._-]?(?:ip|addr|address)|source[._-]?(?:ip|address)|peer[._-]?(?:ip|addr)"
    r"|x[._-]?forwarded[._-]?for|x[._-]?real[._-]?ip|user[._-]?(?:name|id)|username|enduser[._-]?id|login)"
)
PERSONAL_KEYS = (rf"(?i)(?:^|[._-]){_PERSON}$", "^user$")
PERSONAL_PAIRS = (
    (rf'(?i)("(?:[a-z0-9._-]*[._-])?{_PERSON}"\s*:\s*)(?:"(?:[^"\\]|\\.)*"|[0-9]+)', rf'${{1}}"{MASK}"'),
    (r'("user"\s*:\s*)(?:"(?:[^"\\]|\\.)*"|[0-9]+)', rf'${{1}}"{MASK}"'),
    (rf"(?i)(\b{_PERSON}=)(?:\"[^\"]*\"|[^\s\"&,;]+)", rf"${{1}}{MASK}"),
    (r"(\buser=)(?:\"[^\"]*\"|[^\s\"&,;]+)", rf"${{1}}{MASK}"),
    # An access log: 198.51.100.7 - ann [10/Oct/2026:13:55:36 +0000] "GET /
    (r"^[0-9A-Fa-f.:]{3,45} (\S+) \S+ \[", rf"{MASK} ${{1}} {MASK} ["),
)
PERSONAL_HINTS = ("client", "remote", "source", "peer", "forwarded", "real", "user", "login", '] "')


def processors(*, personal: bool = False) -> dict[str, Config]:
    """Both steps, by name, for :data:`LOGS_AND_TRACES` and :data:`METRICS`.

    ``personal``: client addresses and user names too, by the names of their keys and in access logs.
    """
    values = {
        "allow_all_keys": True,
        "blocked_values": list(BLOCKED_VALUES),
        "blocked_key_patterns": [*BLOCKED_KEYS, *(PERSONAL_KEYS if personal else ())],
        # Otherwise only text is looked at, and a card number that a service logs as a number would pass.
        "redact_all_types": True,
    }
    return {
        TEXT: _pairs(personal),
        # `info` counts on the record what was masked: who logs secrets can be found and informed.
        VALUES: {**values, "summary": "info"},
        # On a metric such a count would be one more label. Numbers in labels are not looked at, for the same reason.
        METRIC_VALUES: {**values, "redact_all_types": False, "summary": "silent"},
    }


LOGS_AND_TRACES = (TEXT, VALUES)
METRICS = (METRIC_VALUES,)


def _pairs(personal: bool) -> Config:
    pairs = (*PAIRS, *PERSONAL_PAIRS) if personal else PAIRS
    hints = (*HINTS, *PERSONAL_HINTS) if personal else HINTS

    def hinted(context: str, text: str, statements: list[str], guard: str = "true") -> list[str]:
        return _where_hinted(context, text, statements, hints, guard)

    # The redaction processor passes over the status texts of spans: an exception's text ends up there.
    status = [f"replace_pattern(span.status.message, {quote(old)}, {quote(MASK)})" for old in BLOCKED_VALUES]
    return transform(
        logs=[
            *hinted("log", "log.body", _in_text("log.body", pairs), guard="IsString(log.body)"),
            *hinted("log", "String(log.attributes)", _in_every_value("log.attributes", pairs)),
        ],
        spans=[
            *(f'{statement} where span.status.message != ""' for statement in status),
            *hinted("span", "span.status.message", _in_text("span.status.message", pairs)),
            *hinted("span", "String(span.attributes)", _in_every_value("span.attributes", pairs)),
        ],
        span_events=hinted("spanevent", "String(spanevent.attributes)", _in_every_value("spanevent.attributes", pairs)),
    )


def _in_text(field: str, pairs: Pairs) -> list[str]:
    return [f"replace_pattern({field}, {quote(old)}, {quote(new)})" for old, new in pairs]


def _in_every_value(field: str, pairs: Pairs) -> list[str]:
    return [f'replace_all_patterns({field}, "value", {quote(old)}, {quote(new)})' for old, new in pairs]


def _where_hinted(context: str, text: str, statements: list[str], hints: Sequence[str], guard: str) -> list[str]:
    """``statements``, run only when ``text`` holds one of the ``hints``."""
    lower, hinted = f'{context}.cache["lower"]', f'{context}.cache["hinted"]'
    any_hint = " or ".join(f"IsMatch({lower}, {quote(hint)})" for hint in hints)
    return [
        f"set({hinted}, false)",
        f'set({lower}, ConvertCase({text}, "lower")) where {guard}',
        f"set({hinted}, true) where {guard} and ({any_hint})",
        *(f"{statement} where {hinted} == true" for statement in statements),
    ]

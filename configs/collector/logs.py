"""Log lines: first lines and continuations, the structured contract, access logs, and the count of malformed lines.

The line itself stays the body as the service wrote it. The fields of the contract become attributes of the record,
which Loki keeps as structured metadata: `{service_name="backend"} | correlation_id="req-1"` needs no parsing.
"""

from collections.abc import Iterable, Sequence

from configs.collector.ottl import quote, transform
from configs.collector.parts import Config
from model.catalog.system import System
from model.vocabulary import LogFormat

PARSE = "transform/parse"
COUNT = "signal_to_metrics/lines"

# A line that continues the one before: indented, the tail of a stack trace (Java, Python, .NET), a goroutine, or
# nothing at all. Everything else starts a record, so an unknown format is never glued together.
CONTINUATION = (
    r"^(?:\s|$|Caused by:|Suppressed:|Traceback |During handling of|The above exception|--- End of"
    r"|goroutine \d+ \[|created by |[\w.$]+(?:Error|Exception|Warning)(?::|$))"
)
# A stack trace of a deep framework has about 200 lines of 150 characters; beyond that it is cut into records.
MAX_RECORD_BYTES = 100 * 1024

REQUIRED = ("timestamp", "level", "service")
# Field of the contract -> keys it is also known by.
FIELDS = {
    "request_id": ("request_id",),
    "correlation_id": ("correlation_id",),
    "user": ("user", "user_id"),
    "action": ("action",),
    "error_code": ("error_code",),
}
# Canonical text -> OpenTelemetry severity number, spellings.
LEVELS: dict[str, tuple[int, tuple[str, ...]]] = {
    "TRACE": (1, ("trace",)),
    "DEBUG": (5, ("debug",)),
    "INFO": (9, ("info", "notice", "information")),
    "WARN": (13, ("warn", "warning")),
    "ERROR": (17, ("error", "err")),
    "FATAL": (21, ("fatal", "critical", "crit", "alert", "emergency", "panic")),
}

# Apache's Common Log Format; the Combined one adds referer and agent. What follows is up to the server's own format:
# `request_id=...` and `request_time=...` (seconds) are understood there.
ACCESS_LOG = (
    r'^(?P<client>\S+) \S+ (?P<user>\S+) \[(?P<time>[^\]]+)\] "(?P<method>[A-Z]+) (?P<path>[^ ?"]+)'
    r'(?:\?(?P<query>[^ "]*))? HTTP/(?P<version>[0-9.]+)" (?P<status>[0-9]{3}) (?P<size>[0-9]+|-)'
    r'(?: "(?P<referer>[^"]*)" "(?P<agent>[^"]*)")?(?P<rest>.*)$'
)
ACCESS_FIELDS = {
    "client.address": "client",
    "http.request.method": "method",
    "url.path": "path",
    "url.query": "query",
    "http.request.header.referer": "referer",
    "user_agent.original": "agent",
}

# Marks a record that was read from a file; the collector's container parser sets it.
FROM_FILE = 'log.attributes["log.iostream"] != nil'
MALFORMED = "log.malformed"


def file_operators() -> list[Config]:
    """Stanza operators that turn the lines of container files into records."""
    return [
        # Undoes what the runtime did: parts of long lines are joined, pod and container are read from the path.
        {"id": "container", "type": "container"},
        {
            "id": "multi-line",
            "type": "recombine",
            "combine_field": "body",
            "combine_with": "\n",
            "is_first_entry": f"not (body matches {quote(CONTINUATION)})",
            # Lines of several containers arrive mixed; each has its own stack trace to finish.
            "source_identifier": 'attributes["log.file.path"]',
            "max_log_size": MAX_RECORD_BYTES,
            # The last record of a quiet file waits this long for a continuation.
            "force_flush_period": "2s",
        },
    ]


def parser(systems: Iterable[System]) -> dict[str, Config]:
    """The processor that reads each record by the format that the catalog declares for its component."""
    systems = tuple(systems)
    statements = [
        *(
            f'set(log.cache["format"], {quote(log_format)}) where {FROM_FILE} and '
            f'IsMatch(Concat([resource.attributes["service.namespace"], resource.attributes["service.name"]], "/"), '
            f"{quote(pattern)})"
            for log_format in (LogFormat.STRUCTURED, LogFormat.COMMON_LOG)
            if (pattern := _components(systems, log_format))
        ),
        *_structured(),
        *_access_log(),
        *_severities(),
        'delete_matching_keys(log.attributes, "^(log\\\\.file\\\\.(path|name)|logtag)$$")',
    ]
    return {PARSE: transform(logs=statements)}


def line_counter() -> dict[str, Config]:
    """The connector that counts lines read from files, and those that break their format."""

    def counter(name: str, description: str, **more: object) -> Config:
        return {
            "name": name,
            "description": description,
            "unit": "{line}",
            "include_resource_attributes": [{"key": "service.namespace"}, {"key": "service.name"}],
            "sum": {"value": "1", "monotonic": True},
            **more,
        }

    return {
        COUNT: {
            "error_mode": "silent",
            "logs": [
                counter("log.lines", "Log lines read from containers.", conditions=[FROM_FILE]),
                counter(
                    "log.lines.malformed",
                    "Log lines that do not match the format declared in the catalog.",
                    attributes=[{"key": MALFORMED}],
                ),
            ],
        }
    }


def _components(systems: Sequence[System], log_format: LogFormat) -> str:
    """A pattern of `system/component` for all that write ``log_format``; empty when none does."""
    found = sorted(
        f"{system.system}/{component.name}"
        for system in systems
        for component in system.components
        if component.telemetry.logs is log_format
    )
    return f"^({'|'.join(found)})$" if found else ""


def _structured() -> list[str]:
    json = 'log.cache["json"]'
    given = f"where {json} != nil"
    structured = f'log.cache["format"] == {quote(LogFormat.STRUCTURED)}'
    incomplete = " or ".join(f'{json}["{key}"] == nil' for key in REQUIRED)
    return [
        # Whatever is JSON is read, also of a component that the catalog does not know.
        f'set({json}, ParseJSON(log.body)) where {FROM_FILE} and IsMatch(log.body, "^\\\\s*\\\\{{")',
        f'set(log.attributes["{MALFORMED}"], "not-json") where {structured} and {json} == nil',
        f'set(log.attributes["{MALFORMED}"], "incomplete") where {structured} and {json} != nil and ({incomplete})',
        *(
            f'set(log.attributes["{field}"], {json}["{key}"]) {given} and {json}["{key}"] != nil'
            for field, keys in FIELDS.items()
            for key in reversed(keys)  # the first spelling wins
        ),
        f'set(log.attributes["duration_ms"], Double({json}["duration_ms"])) {given} and {json}["duration_ms"] != nil',
        f'set(log.cache["level"], ConvertCase({json}["level"], "lower")) {given} and IsString({json}["level"])',
        # ISO 8601; the parser knows `+00:00` and no `Z`, and takes a fraction of any length.
        f'set(log.cache["timestamp"], {json}["timestamp"]) {given} and IsString({json}["timestamp"])',
        'replace_pattern(log.cache["timestamp"], "Z$$", "+00:00") where log.cache["timestamp"] != nil',
        *_time('log.cache["timestamp"]', "%Y-%m-%dT%H:%M:%S%j"),
        f'set(log.trace_id.string, {json}["trace_id"]) {given} and IsMatch({json}["trace_id"], "^[0-9a-f]{{32}}$$")',
        f'set(log.span_id.string, {json}["span_id"]) {given} and IsMatch({json}["span_id"], "^[0-9a-f]{{16}}$$")',
    ]


def _severities() -> list[str]:
    level = 'log.cache["level"]'
    statements = []
    for text, (number, spellings) in LEVELS.items():
        condition = " or ".join(f"{level} == {quote(spelling)}" for spelling in spellings)
        statements += [
            f"set(log.severity_number, {number}) where {condition}",
            f"set(log.severity_text, {quote(text)}) where {condition}",
        ]
    return statements


def _access_log() -> list[str]:
    access = 'log.cache["access"]'
    common = f'log.cache["format"] == {quote(LogFormat.COMMON_LOG)}'
    given = f"where {access} != nil"
    status = 'log.attributes["http.response.status_code"]'
    return [
        f"set({access}, ExtractPatterns(log.body, {quote(ACCESS_LOG)})) where {common} and "
        f"IsMatch(log.body, {quote(ACCESS_LOG)})",
        f'set(log.attributes["{MALFORMED}"], "not-access-log") where {common} and {access} == nil',
        *(
            f'set(log.attributes["{attribute}"], {access}["{group}"]) {given} and {access}["{group}"] != "" and '
            f'{access}["{group}"] != "-"'
            for attribute, group in ACCESS_FIELDS.items()
        ),
        f'set(log.attributes["user"], {access}["user"]) {given} and {access}["user"] != "-"',
        f'set({status}, Int({access}["status"])) {given}',
        f'set(log.attributes["http.response.body.size"], Int({access}["size"])) {given} and {access}["size"] != "-"',
        f'set(log.cache["more"], ExtractPatterns({access}["rest"], "request_id=\\"?(?P<id>[A-Za-z0-9._-]+)")) {given}',
        'set(log.attributes["request_id"], log.cache["more"]["id"]) where log.cache["more"] != nil',
        f'set(log.cache["took"], ExtractPatterns({access}["rest"], "request_time=\\"?(?P<s>[0-9.]+)")) {given}',
        'set(log.attributes["duration_ms"], Double(log.cache["took"]["s"]) * 1000.0) where log.cache["took"] != nil',
        f'set(log.cache["level"], "info") {given}',
        f'set(log.cache["level"], "warn") {given} and {status} >= 400',
        f'set(log.cache["level"], "error") {given} and {status} >= 500',
        f'set(log.cache["timestamp"], {access}["time"]) {given}',
        *_time('log.cache["timestamp"]', "%d/%b/%Y:%H:%M:%S %z"),
    ]


def _time(text: str, layout: str) -> list[str]:
    """The time that the service wrote, when it is near the time of reading; else the runtime's stays.

    Loki refuses records that are far off, and a wrong clock must not lose a line.
    """
    hour, minute = 3_600_000_000_000, 60_000_000_000  # nanoseconds
    time = 'log.cache["time"]'
    return [
        f"set({time}, UnixNano(Time({text}, {quote(layout)}))) where {text} != nil",
        f"set(log.time_unix_nano, {time}) where {time} != nil and "
        f"log.observed_time_unix_nano - {time} < {hour} and {time} - log.observed_time_unix_nano < {5 * minute}",
    ]

"""What is longer or older than a store takes is cut or moved, and marked: refused, it would be lost."""

from configs.collector.faults import MARK, Fault
from configs.collector.ottl import quote, transform
from configs.collector.parts import Config
from configs.collector.text import INVALID

CUT = "transform/sizes"
MARKER = "...[cut]"

# Bytes. Loki takes 64 KiB of structured metadata a record: attributes of record, resource and scope together. Measured
# as JSON, which is never shorter than what Loki counts.
RECORD_BYTES = 32 * 1024
RESOURCE_BYTES = 16 * 1024
SCOPE_BYTES = 8 * 1024
# Loki's limit is 2048 for a label of a stream (limits_config.max_label_value_length), and these become labels.
RESOURCE_VALUE_BYTES = 1024
# Loki refuses older records (configs/stores/loki.py); one may still wait an hour in a queue behind this.
LOG_AGE_HOURS = 167
# Loki's own limit of a line.
BODY_BYTES = 256 * 1024
# Jaeger's store has no limit for a span; its receiver refuses a request of more than 16 MiB.
SPAN_BYTES = 64 * 1024
_LEVEL_BYTES = 64
# Keys are names: a longer one is data in the wrong place.
_KEY_BYTES = 256


def cut() -> dict[str, Config]:
    """The processor that cuts records, spans, and the resources and scopes of every signal."""
    body, level = "log.body", "log.severity_text"
    body_cut = f"{_mark('log')} == {quote(Fault.BODY_CUT)}"
    resource = "resource.attributes"
    return {
        CUT: transform(
            resources=[
                f'delete_key({resource}, "{MARK}")',
                f"set({_mark('resource')}, {quote(Fault.RESOURCE_CUT)}) where "
                f"Any({resource}, (_, value) => Len(String(value)) > {RESOURCE_VALUE_BYTES})",
                f"stringify_all({resource}) where {_mark('resource')} != nil",
                f"{_truncate(resource, RESOURCE_VALUE_BYTES)} where {_mark('resource')} != nil",
                *_smaller("resource", RESOURCE_BYTES, Fault.RESOURCE_CUT, first=RESOURCE_VALUE_BYTES // 2),
            ],
            scopes=[
                f"set(scope.name, Substring(scope.name, 0, {_KEY_BYTES})) where Len(scope.name) > {_KEY_BYTES}",
                *_smaller("scope", SCOPE_BYTES, Fault.RESOURCE_CUT, first=1024),
            ],
            logs=[
                *_begin("log"),
                *_in_time(),
                f"set({body}, String({body})) where {body} != nil and not IsString({body}) and "
                f"Len(String({body})) > {BODY_BYTES}",
                f"set({_mark('log')}, {quote(Fault.BODY_CUT)}) where IsString({body}) and Len({body}) > {BODY_BYTES}",
                f'set({body}, Concat([Substring({body}, 0, {BODY_BYTES - len(MARKER)}), "{MARKER}"], "")) '
                f"where {body_cut}",
                # Half of a character may stand where it was cut.
                f"replace_pattern({body}, {quote(INVALID)}, {quote('?')}) where {body_cut}",
                f"set({level}, Substring({level}, 0, {_LEVEL_BYTES})) where Len({level}) > {_LEVEL_BYTES}",
                *_smaller("log", RECORD_BYTES, Fault.ATTRIBUTES_CUT, first=8192),
            ],
            spans=[*_begin("span"), *_smaller("span", SPAN_BYTES, Fault.ATTRIBUTES_CUT, first=16384)],
            span_events=_smaller("spanevent", SPAN_BYTES, Fault.ATTRIBUTES_CUT, first=16384),
        )
    }


def _begin(context: str) -> list[str]:
    """No mark of the sender's own, and those of scope and resource: it is items that are counted."""
    return [
        f'delete_key({context}.attributes, "{MARK}")',
        *(f"set({_mark(context)}, {_mark(of)}) where {_mark(of)} != nil" for of in ("scope", "resource")),
    ]


def _in_time() -> list[str]:
    """A record from a wrong clock, or of no time at all, is of now; what its sender said stays beside it.

    Loki takes records of up to ten minutes ahead of its clock.
    """
    minute = 60_000_000_000  # nanoseconds
    time, said = "log.time_unix_nano", 'log.attributes["exported_timestamp"]'
    return [
        f"set({said}, {time}) where {time} > UnixNano(Now()) + {5 * minute} or "
        f"({time} > 0 and {time} < UnixNano(Now()) - {LOG_AGE_HOURS * 60 * minute})",
        f"set({_mark('log')}, {quote(Fault.TIMESTAMP)}) where {said} == {time}",
        f"set({time}, UnixNano(Now())) where {said} == {time}",
    ]


def _smaller(context: str, limit: int, fault: Fault, *, first: int) -> list[str]:
    """Statements that bring the attributes below ``limit`` bytes of JSON, in steps that each cost more of them.

    Only long values lose something at first; a thousand of them lose all but sixty at last.
    """
    attributes = f"{context}.attributes"
    # A cache is of one group of statements; that of a scope would be shared with nothing else.
    size = f"Len(String({attributes})) > {limit}"
    few = limit // (2 * _KEY_BYTES) - 4
    return [
        f"set({_mark(context)}, {quote(fault)}) where {size}",
        f"flatten({attributes}) where {size}",
        f"stringify_all({attributes}) where {size}",
        f"delete_matching_keys({attributes}, {quote(f'^.{{{_KEY_BYTES}}}')}) where {size}",
        f"{_truncate(attributes, first)} where {size}",
        f"{_truncate(attributes, first // 8)} where {size}",
        f'limit({attributes}, {few}, ["{MARK}"]) where {size}',
        f"{_truncate(attributes, _KEY_BYTES // 2)} where {size}",
    ]


def _truncate(attributes: str, limit: int) -> str:
    return f"truncate_all({attributes}, {limit}, true, {quote(MARKER)})"


def _mark(context: str) -> str:
    return f'{context}.attributes["{MARK}"]'

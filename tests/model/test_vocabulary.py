import pytest
from pydantic import TypeAdapter, ValidationError

from model.catalog.resources import ResourceKind
from model.catalog.telemetry import Preset
from model.vocabulary import (
    ComponentKind,
    Direction,
    Environment,
    HealthKind,
    LogDestination,
    LogFormat,
    MetricType,
    ProbeKind,
    ReceiverKind,
    Severity,
    Signal,
    Unit,
    Vocabulary,
)

VOCABULARIES = [
    ComponentKind,
    Direction,
    Environment,
    HealthKind,
    LogDestination,
    LogFormat,
    MetricType,
    Preset,
    ProbeKind,
    ReceiverKind,
    ResourceKind,
    Severity,
    Signal,
    Unit,
]


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_every_word_carries_a_sentence_that_no_other_word_has(vocabulary: type[Vocabulary]) -> None:
    sentences = [word.sentence for word in vocabulary]
    assert all(sentence.endswith(".") and not sentence[0].islower() for sentence in sentences)
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_an_editor_is_offered_every_word_with_its_sentence(vocabulary: type[Vocabulary]) -> None:
    schema = TypeAdapter(vocabulary).json_schema()
    assert {(one["const"], one["description"]) for one in schema["oneOf"]} == {
        (word.value, word.sentence) for word in vocabulary
    }
    assert schema["description"] == (vocabulary.__doc__ or "").split("\n", maxsplit=1)[0]


@pytest.mark.parametrize("vocabulary", VOCABULARIES)
def test_a_word_is_read_from_its_text_and_written_as_it(vocabulary: type[Vocabulary]) -> None:
    adapter: TypeAdapter[Vocabulary] = TypeAdapter(vocabulary)
    for word in vocabulary:
        assert adapter.validate_python(str(word)) is word
        assert f"{word}" == word.value == adapter.dump_python(word, mode="json")


@pytest.mark.parametrize(
    ("vocabulary", "word"),
    [
        pytest.param(Severity, "fatal", id="an unknown severity"),
        pytest.param(Severity, "Critical", id="a capital letter"),
        pytest.param(Environment, "production", id="an unknown environment"),
        pytest.param(Signal, "cpu", id="a part of a word"),
    ],
)
def test_a_word_outside_the_list_is_refused_with_the_list(vocabulary: type[Vocabulary], word: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(vocabulary).validate_python(word)
    assert all(repr(known.value) in str(caught.value) for known in vocabulary)


@pytest.mark.parametrize(
    ("signal", "unit", "bad"),
    [
        (Signal.CPU_USAGE, Unit.PERCENT, Direction.ABOVE),
        (Signal.LATENCY_P95, Unit.SECONDS, Direction.ABOVE),
        (Signal.CACHE_HIT_RATIO, Unit.PERCENT, Direction.BELOW),
        (Signal.CERTIFICATE_EXPIRY, Unit.SECONDS, Direction.BELOW),
        (Signal.LOGIN_FAILURES, Unit.COUNT_PER_MINUTE, Direction.ABOVE),
    ],
)
def test_a_signal_knows_its_unit_and_its_bad_side(signal: Signal, unit: Unit, bad: Direction) -> None:
    assert (signal.unit, signal.bad) == (unit, bad)
    assert signal.sentence.endswith(f"Unit: {unit}; bad {bad} the threshold.")

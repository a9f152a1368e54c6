import pytest
from pydantic import TypeAdapter, ValidationError

from model.regular_expressions import RegularExpression


@pytest.mark.parametrize("text", [r"/actuator.*", r"5..|429", r"(?i)a[bc]\d{2}", r"a\\C", r"\pL+", "(?P<x>a)"])
def test_what_prometheus_reads_is_taken(text: str) -> None:
    assert TypeAdapter(RegularExpression).validate_python(text) == text


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("^(?!/actuator).*", "invalid perl operator: (?!"),
        ("(?=w)web", "invalid perl operator: (?="),
        ("(?<=a)b", "invalid perl operator: (?<="),
        ("(?<!a)b", "invalid perl operator: (?<!"),
        ("(?>a)b", "invalid perl operator: (?>"),
        ("a++b", "bad repetition operator: ++"),
        (r"(a)\1", r"invalid escape sequence: \1"),
        ("([", "missing ]"),
        ("a{1001}", "invalid repetition size"),
        ("(?#a)", "invalid perl operator"),
        (r"a\Cb", r"\C, which Go refuses"),
        ("\\", "trailing \\"),
    ],
)
def test_what_it_does_not_is_refused_with_the_way_out(text: str, why: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(RegularExpression).validate_python(text)
    message = str(caught.value)
    assert f"found {text!r}" in message
    assert why in message
    assert 'use a negative matcher, such as uri!~"/admin.*"' in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(?P<größe>a)", "found '(?P<größe>a)' with a group's name that Go refuses; allowed: letters a to z, digits"),
        ("(" * 999 + "a" + ")" * 999, "found a regular expression with 999 groups; allowed: at most 500"),
    ],
)
def test_what_go_alone_refuses_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(RegularExpression).validate_python(text)
    assert message in str(caught.value)

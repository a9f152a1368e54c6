import pytest

from model.go_template import literal


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("CPU is full.", "CPU is full."),
        ("/items/{id}", "/items/{id}"),
        ("{{ x }}", '{{ "{{" }} x }}'),
        ("a {{{b}}}", 'a {{ "{{{" }}b}}}'),
        # The action of whoever goes on would swallow it.
        ("ends with {", 'ends with {{ "{" }}'),
        ("ends with {{", 'ends with {{ "{{" }}'),
    ],
)
def test_braces_that_would_open_an_action_are_escaped_and_nothing_else(text: str, escaped: str) -> None:
    assert literal(text) == escaped

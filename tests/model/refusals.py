"""What a model says to a document, for tests that break one field and read the message."""

import pydantic
import pytest

from model.base import Model
from model.problems import from_validation
from tests.model.catalogs import Document


def refusal(model: type[Model], document: Document) -> str:
    """The one mistake that ``model`` finds in ``document``, as people read it after the file's name."""
    with pytest.raises(pydantic.ValidationError) as caught:
        model.model_validate(document)
    [problem] = from_validation("f", caught.value, model)
    return str(problem).removeprefix("f: ")

from datetime import date

import pydantic
import pytest

from model.calendar import Day

DAY = pydantic.TypeAdapter[str](Day)


@pytest.mark.parametrize("given", ["2027-03-01", date(2027, 3, 1), "2027-03-01T00:00:00Z"])
def test_a_day_is_text_whether_yaml_or_pulumi_read_it(given: object) -> None:
    assert DAY.validate_python(given) == "2027-03-01"


@pytest.mark.parametrize("given", ["2027-02-30", "1.3.2027", "2027-3-1", "2027-03-01T12:00", "soon", None, 20270301])
def test_another_day_is_refused(given: object) -> None:
    with pytest.raises(pydantic.ValidationError):
        DAY.validate_python(given)

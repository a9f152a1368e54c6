"""What is installed without its dependencies: exactly what pip would refuse, and nothing that it would take."""

import re
from importlib.metadata import requires, version

from packaging.requirements import Requirement

from tests.tools import PROJECT

FILE = "requirements-no-deps.txt"
PINS = dict(re.findall(r"^([\w-]+)==(\S+)$", (PROJECT / FILE).read_text(), re.MULTILINE))


def unmet(package: str) -> list[str]:
    """What the package asks for and the environment does not have."""
    asked = [Requirement(text) for text in requires(package) or []]
    return [str(each) for each in asked if each.name != "setuptools" and version(each.name) not in each.specifier]


def test_the_installed_package_is_the_pinned_one() -> None:
    assert PINS
    assert {package: version(package) for package in PINS} == PINS


def test_each_is_still_refused_beside_our_pins_and_only_for_protobuf() -> None:
    """When this fails because nothing is refused any more, move the pin to requirements-dev.txt and drop the file."""
    assert {package: [text.split("=")[0].rstrip("~") for text in unmet(package)] for package in PINS} == {
        "pulumi-policy": ["protobuf"]
    }

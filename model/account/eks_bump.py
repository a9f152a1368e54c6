"""Which versions of EKS add-ons and node images the table of pins takes from AWS, and how they are written there.

The table takes AWS's default: what EKS itself installs, rather than a version that is days old. A pin that is newer
than the default stays while AWS offers it: somebody chose it, and a running cluster has it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from model.problems import Problem
from model.versions import FILE, EksPins, Versions, parse_versions
from model.versions_text import with_keys, with_table, without_table

# As the paths of AWS's public parameters name the kinds of images, by AMI type.
IMAGES: Mapping[str, str] = {"AL2023_ARM_64_STANDARD": "arm64/standard", "AL2023_x86_64_STANDARD": "x86_64/standard"}
_ADDON = re.compile(r"v([0-9]+)\.([0-9]+)\.([0-9]+)-eksbuild\.([0-9]+)")


@dataclass(frozen=True, slots=True)
class Offer:
    """A version of an add-on that AWS offers for a Kubernetes version. ``default``: the one that EKS installs."""

    version: str
    default: bool


@dataclass(frozen=True, slots=True)
class Move:
    """A pin and what AWS offers. ``table``: addons or images; ``after`` is ``before`` where the pin stays."""

    table: str
    name: str
    before: str
    after: str
    default: str

    @property
    def changes(self) -> bool:
        """Whether the pin takes another version."""
        return self.after != self.before


def release_parameter(kubernetes: str, ami_type: str) -> str:
    """The public parameter of SSM with the recommended release of an image, such as ``1.35.6-20260714``."""
    return (
        f"/aws/service/eks/optimized-ami/{kubernetes}/amazon-linux-2023/{IMAGES[ami_type]}/recommended/release_version"
    )


def row_problems(kubernetes: str, known: Mapping[str, EksPins]) -> list[Problem]:
    """Mistakes for a Kubernetes version without a row, and for AMI types that no public parameter is known of."""
    if kubernetes not in known:
        found = f"found {kubernetes!r}, for which {FILE} has no entries"
        return [Problem("KUBERNETES", found, ", ".join(known))]
    where = f'{FILE}: eks.versions."{kubernetes}".images'
    unknown = sorted(set(known[kubernetes].images) - set(IMAGES))
    return [Problem(where, f"found the AMI type {name!r}", ", ".join(IMAGES)) for name in unknown]


def moves(
    kubernetes: str, pins: EksPins, offers: Mapping[str, Sequence[Offer]], releases: Mapping[str, str | None]
) -> tuple[list[Move], list[Problem]]:
    """Every pin of a Kubernetes version in the order of the file, and a mistake for each that AWS offers nothing for.

    ``offers`` by add-on, ``releases`` by AMI type: None where AWS has no such parameter.
    """
    found: list[Move] = []
    problems: list[Problem] = []
    for name, addon in pins.addons.items():
        default = next((offer.version for offer in offers[name] if offer.default), None)
        if default is None or not _ADDON.fullmatch(default):
            said = f"AWS names no default version of {name} for {kubernetes}" + (f": {default}" if default else "")
            problems.append(Problem("KUBERNETES", said, "a Kubernetes version that EKS offers"))
            continue
        stays = _order(addon.version) > _order(default) and any(one.version == addon.version for one in offers[name])
        found.append(Move("addons", name, addon.version, addon.version if stays else default, default))
    for name, image in pins.images.items():
        # AWS withdraws releases too: what it recommends is taken, older or not.
        if release := releases[name]:
            found.append(Move("images", name, image.version, release, release))
        else:
            said = f"AWS has no parameter {release_parameter(kubernetes, name)}"
            problems.append(Problem("KUBERNETES", said, "a Kubernetes version that EKS offers"))
    return found, problems


def with_moves(text: str, kubernetes: str, moved: Sequence[Move], day: str) -> str:
    """The ``text`` of the file with these pins, read from AWS on a ``day`` (ISO). Raises BadInput.

    All pins of the version get one source, because AWS was asked for all of them. Sources that nothing names are
    removed. Without a change the text stays as it is, and so do its days.
    """
    if not any(move.changes for move in moved):
        return text
    source = f"aws-{kubernetes}"
    where = f"what AWS offers for {kubernetes}: `make addons KUBERNETES={kubernetes}`"
    first = next(iter(re.findall(r"^\[(eks\.versions\..+)\]$", text, re.MULTILINE)))
    text = with_table(text, f'eks.sources."{source}"', {"where": where, "as_of": day}, before=first)
    for move in moved:
        table = f'eks.versions."{kubernetes}".{move.table}.{move.name}'
        text = with_keys(text, table, {"version": move.after, "source": source})
    for name in _unused_sources(parse_versions(text)):
        text = without_table(text, f'eks.sources."{name}"')
    return text


def _order(version: str) -> tuple[int, ...]:
    match = _ADDON.fullmatch(version)
    return tuple(map(int, match.groups())) if match else ()


def _unused_sources(versions: Versions) -> Iterator[str]:
    rows = versions.eks.versions.values()
    used = {addon.source for row in rows for addon in row.addons.values()}
    used |= {image.source for row in rows for image in row.images.values()}
    return (name for name in versions.eks.sources if name not in used)

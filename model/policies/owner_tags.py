"""Everything in AWS says whose it is."""

import json
from collections.abc import Iterator
from typing import Any, Final

from model import labels
from model.plan import mapping, mappings
from model.policies import types
from model.policies.rule import Resource, Resources, Rule, is_known

_PROVIDER: Final = "pulumi:providers:aws"


def _unowned(resources: Resources) -> Iterator[tuple[Resource, str]]:
    """By the provider's default tags, which reach whatever can be tagged; a resource may only name another owner."""
    tagging = {each.urn: each for each in resources.of(_PROVIDER)}
    for provider in tagging.values():
        if not _default_tags(provider).get(labels.OWNER_TAG):
            yield provider, f"the provider has no default tag {labels.OWNER_TAG}"
    for resource in resources.items:
        if not resource.type.startswith("aws:"):
            continue
        tags = mapping(resource.inputs, "tags")
        if labels.OWNER_TAG in tags and not tags[labels.OWNER_TAG]:
            yield resource, f"the tag {labels.OWNER_TAG} is empty"
        elif resource.provider and resource.provider not in tagging and not tags.get(labels.OWNER_TAG):
            yield resource, "Pulumi's default provider makes it, which sets no tags"
    yield from _made_by_others(resources)


def _made_by_others(resources: Resources) -> Iterator[tuple[Resource, str]]:
    """What a launch template, a node class or a StorageClass makes gets the tags that these name."""
    for template in resources.of(types.LAUNCH_TEMPLATE):
        for made in mappings(template.inputs, "tagSpecifications"):
            if not mapping(made, "tags").get(labels.OWNER_TAG):
                yield template, f"each {made.get('resourceType')} that it makes has no tag {labels.OWNER_TAG}"
    for node_class in resources.of(types.NODE_CLASS):
        if not mapping(mapping(node_class.inputs, "spec"), "tags").get(labels.OWNER_TAG):
            yield node_class, f"the machines that it makes have no tag {labels.OWNER_TAG}"
    for storage in resources.of(types.STORAGE_CLASS):
        parameters = mapping(storage.inputs, "parameters")
        tags = [str(value) for key, value in parameters.items() if key.startswith("tagSpecification")]
        owned = any(tag.startswith(f"{labels.OWNER_TAG}=") for tag in tags)
        if "ebs.csi" in str(storage.inputs.get("provisioner")) and not owned:
            yield storage, f"the volumes that it makes have no tag {labels.OWNER_TAG}"


def _default_tags(provider: Resource) -> dict[str, Any]:
    """The engine hands a provider's configuration on as JSON text."""
    given = provider.inputs.get("defaultTags")
    if isinstance(given, str) and is_known(given):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return {}
    tags = given.get("tags") if isinstance(given, dict) else None
    return tags if isinstance(tags, dict) else {}


RULE = Rule(
    name="owner-tags",
    title="Everything in AWS carries the tag owner, also what a launch template or a StorageClass makes",
    fix="Use the provider of stacks/providers.py, whose default tags name the platform team.",
    all=_unowned,
)

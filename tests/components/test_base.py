"""The component base, and the harness of all component tests."""

import pulumi
import pulumi_aws as aws
import pytest

from components.base import Component
from tests.synth import UNKNOWN, synth


@pulumi.type_token("belfry:test:Shelf")
class Shelf(Component):
    """A component with one child."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        self.topic = aws.sns.Topic(f"{name}-topic", tags={"team": "platform"}, opts=self.child())
        self.register_outputs({"arn": self.topic.arn})


@pulumi.type_token("belfry:test:House")
class House(Component):
    """A component that holds another one."""

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        Shelf(f"{name}-shelf", self.child(aliases=[pulumi.Alias(name="old")]))
        self.register_outputs({})


class Untyped(Component):
    """A component whose author forgot the token."""


class Heir(Shelf):
    """A component that would share its parent class's type."""


def test_a_child_hangs_under_its_component_and_the_component_under_the_stack() -> None:
    result = synth(lambda: Shelf("books"))

    assert result.only(Shelf).parent is None
    assert result.of(aws.sns.Topic)["books-topic"].parent == ("belfry:test:Shelf", "books")
    assert set(result.children(result.only(Shelf))) == {("aws:sns/topic:Topic", "books-topic")}


def test_the_callers_options_stay_with_the_component_and_never_reach_its_children() -> None:
    result = synth(lambda: House("home"))

    assert result.only(Shelf).aliases == ("old",)
    assert result.only(Shelf).parent == ("belfry:test:House", "home")
    assert result.only(aws.sns.Topic).aliases == ()
    assert result.only(aws.sns.Topic).parent == ("belfry:test:Shelf", "home-shelf")


def test_the_callers_provider_and_protection_reach_the_children() -> None:
    def program() -> None:
        provider = aws.Provider("spain", region="eu-south-2")
        Shelf("books", pulumi.ResourceOptions(providers=[provider], protect=True))

    topic = synth(program).only(aws.sns.Topic)

    assert topic.provider == "spain"
    assert topic.protect


@pytest.mark.parametrize("cls", [Untyped, Heir])
def test_a_component_without_a_type_of_its_own_is_refused(cls: type[Component]) -> None:
    with pytest.raises(TypeError, match=f"{cls.__name__} needs its own @pulumi.type_token"):
        synth(lambda: cls("nameless"))


def test_synth_shows_inputs_as_plain_data_and_what_the_component_put_out() -> None:
    result = synth(lambda: Shelf("books"))

    assert result.only(aws.sns.Topic).inputs == {"tags": {"team": "platform"}}
    assert result.only(Shelf).outputs == {"arn": "arn:aws:mock:eu-central-1:123456789012:books-topic"}


def test_synth_shows_in_a_preview_what_a_real_preview_does_not_know() -> None:
    def program() -> None:
        shelf = Shelf("books")
        aws.sns.TopicSubscription("mail", topic=shelf.topic.arn, protocol="email", endpoint="a@example.com")

    preview = synth(program, preview=True)

    assert preview.only(Shelf).outputs == {"arn": UNKNOWN}
    assert preview.only(aws.sns.TopicSubscription).inputs["topic"] == UNKNOWN
    assert preview.only(aws.sns.TopicSubscription).inputs["protocol"] == "email"
    assert preview.only(aws.sns.TopicSubscription).dependencies == {("aws:sns/topic:Topic", "books-topic")}
    assert preview.keys() == synth(program).keys()


def test_synth_names_the_exact_paths_that_are_secret() -> None:
    def program() -> None:
        key = pulumi.Config("belfry").require_secret("key")
        aws.sns.Topic("alarms", tags={"plain": "a", "hidden": key}, policy=pulumi.Output.secret("p"))

    topic = synth(program, secret_config={"key": "hush"}).only(aws.sns.Topic)

    assert topic.secrets == {"tags.hidden", "policy"}
    assert topic.inputs["tags"] == {"plain": "a", "hidden": "hush"}


def test_synth_fails_on_an_unexpected_invoke() -> None:
    with pytest.raises(Exception, match="unexpected invoke: aws:index/getRegion:getRegion"):
        synth(aws.get_region)


def test_synth_answers_an_expected_invoke() -> None:
    region = {"aws:index/getRegion:getRegion": {"region": "eu-south-2"}}

    result = synth(lambda: aws.sns.Topic("alarms", display_name=aws.get_region().region), invokes=region)

    assert result.only(aws.sns.Topic).inputs["displayName"] == "eu-south-2"


def test_synth_gives_a_resource_the_state_that_the_test_makes_up() -> None:
    result = synth(lambda: Shelf("books"), state=lambda args: {"arn": f"made-up:{args.name}"})

    assert result.only(Shelf).outputs == {"arn": "made-up:books-topic"}


def test_synth_refuses_two_resources_of_one_type_and_name() -> None:
    def program() -> None:
        aws.sns.Topic("alarms")
        aws.sns.Topic("alarms")

    with pytest.raises(AssertionError, match="two resources of one type and name"):
        synth(program)


def test_synth_runs_leave_no_config_behind() -> None:
    synth(lambda: None, config={"key": "left"})

    with pytest.raises(pulumi.ConfigMissingError):
        synth(lambda: pulumi.Config("belfry").require("key"))

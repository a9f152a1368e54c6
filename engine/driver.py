"""Runs the real Pulumi engine on a program given as a function: preview, plan, up, down."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import pulumi
import pulumi.automation as auto
from pulumi.automation import EngineEvent

from engine.errors import EngineError, from_command, program_failure
from engine.events import Change, Recorder, Step, Violation
from engine.locks import holders, remove_dead
from engine.modes import Choice, find_own_pulumi, find_pulumi, refuse_offline_change
from engine.own_state import refuse_unsafe_state
from engine.plan import plan_of
from engine.stack_config import Changes, StackConfig, offline_config
from engine.state import read_state
from engine.throwaway import throwaway
from engine.workspace import OfflineWorkspace, open_real, refuse_moved
from model.plan import Plan
from model.problems import BadInput, Problem
from model.vocabulary import Environment

Listener = TypeVar("Listener", bound=Callable[[EngineEvent], None])

_INVENTED = (
    "ids, ARNs, endpoints, addresses and every other output that a cloud or a cluster would compute",
    "passwords and other random values (derived from names by hash: never fit for use)",
    "the answers about account (000000000000), region, zones and an existing cluster",
)


@dataclass(frozen=True, kw_only=True)
class Program:
    """What the driver runs.

    ``run(offline)`` registers the resources. ``check(environment, changes)`` raises BadInput before the engine starts,
    so that bad input registers nothing at all. ``secrets(environment)`` are the made-up secrets of an offline run.
    """

    run: Callable[[bool], None]
    check: Callable[[str, Changes], None] = lambda environment, changes: None
    secrets: Callable[[str], Mapping[str, str]] = lambda environment: {}


@dataclass(frozen=True, kw_only=True)
class Policies:
    """A policy pack's folder, and the file of its levels; without one they are as the pack has them."""

    pack: Path
    config: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one run did, with secrets masked."""

    operation: str
    environment: str
    choice: Choice
    changes: Mapping[Change, int]
    steps: tuple[Step, ...]
    outputs: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    made_up: tuple[str, ...] = ()
    violations: tuple[Violation, ...] = ()
    plan: Plan | None = None

    @property
    def changed(self) -> bool:
        """Whether anything differs."""
        return any(change is not Change.SAME for change in self.changes)


@dataclass(kw_only=True)
class Driver:
    """One repository and its program. ``tell`` hears of progress, from the engine's thread."""

    root: Path
    program: Program
    tell: Callable[[Recorder], None] = lambda recorder: None
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def tools(self) -> Path:
        """Where the built command-line tools lie."""
        return self.root / ".tools" / "bin"

    @property
    def kept(self) -> Path:
        """Everything the stack ``local`` has: its state, and the engine's home."""
        return self.root / ".local" / "state"

    def preview(
        self,
        environment: Environment,
        choice: Choice,
        *,
        state: Path | None = None,
        plan: bool = False,
        simulated: bool = False,
        policies: Policies | None = None,
        changes: Changes = MappingProxyType({}),
    ) -> Outcome:
        """What an update would do; with ``plan``, also every resource with its inputs and dependencies.

        ``simulated``: nothing is unknown in it, because the offline providers simulate what only a deployment knows.
        ``policies``: a pack that the engine asks. Raises EngineError when a mandatory one of them is violated.

        Offline and not ``local``: against an empty state, or a copy of the exported ``state``. Offline alone: with
        ``changes`` of the stack's configuration.
        """
        if state is not None and not (choice.offline and environment is not Environment.LOCAL):
            raise BadInput([Problem("--state", f"given for a run on the {choice.mode} stack '{environment}'", _STATE)])
        if simulated and not choice.offline:
            raise BadInput([Problem("--simulated", f"given for a run on the {choice.mode} providers", "--offline")])
        with (
            self._stack(environment, choice, state, changes=changes, simulated=simulated) as run,
            throwaway(environment) as scratch,
        ):
            saved = scratch / "plan.json"
            with run.failures():
                run.stack.preview(
                    on_event=run.recorder,
                    plan=str(saved) if plan else None,
                    policy_packs=[str(policies.pack)] if policies else None,
                    policy_pack_configs=[str(policies.config)] if policies and policies.config else None,
                    color="never",
                    suppress_progress=True,
                )
            run.refuse_leaks()
            planned = None
            if plan:
                planned = plan_of(environment, run.recorder, saved, offline=choice.offline, simulated=simulated)
        return run.outcome("plan" if plan else "preview", plan=planned)

    def refreshed(self, environment: Environment, choice: Choice, listener: Listener) -> Listener:
        """What a refresh would change in the state, heard by ``listener``; nothing is changed."""
        with self._stack(environment, choice, programmed=False) as run, run.failures():

            def hear(event: EngineEvent) -> None:
                run.problems_of(event)
                listener(event)

            run.stack.preview_refresh(on_event=hear, color="never", suppress_progress=True, show_secrets=False)
        return listener

    def up(self, environment: Environment, choice: Choice) -> Outcome:
        """Create and update. Offline only on ``local``."""
        refuse_offline_change(environment, choice, "up")
        with self._stack(environment, choice) as run, run.failures():
            run.stack.up(on_event=run.recorder, color="never", suppress_progress=True, show_secrets=False)
        return run.outcome("up")

    def down(self, environment: Environment, choice: Choice) -> Outcome:
        """Delete everything. Offline only on ``local``, whose folder goes too.

        Raises EngineError that names what is protected, before anything is deleted: the engine itself would delete all
        the rest first.
        """
        refuse_offline_change(environment, choice, "down")
        if choice.offline and not self.kept.exists():
            nothing: Mapping[Change, int] = {}
            return Outcome(
                operation="down", environment=environment, choice=choice, changes=nothing, steps=(), outputs={}
            )
        with self._stack(environment, choice, programmed=False) as run, run.failures():
            run.stack.preview_destroy(
                on_event=run.problems_of, color="never", suppress_progress=True, show_secrets=False
            )
            run.stack.destroy(on_event=run.recorder, color="never", suppress_progress=True, show_secrets=False)
        if choice.offline:
            shutil.rmtree(self.kept)
        return run.outcome("down")

    @contextmanager
    def _stack(
        self,
        environment: Environment,
        choice: Choice,
        state: Path | None = None,
        *,
        programmed: bool = True,
        simulated: bool = False,
        changes: Changes = MappingProxyType({}),
    ) -> Iterator["_Run"]:
        """A stack ready to run. Not ``programmed``: for a deletion, which must work whatever the input looks like."""
        if programmed:
            self.program.check(environment, changes)
        run = _Run(root=self.root, environment=environment, choice=choice, recorder=Recorder(self.tell))
        body = run.guarded(self.program.run)
        if not choice.offline:
            refuse_unsafe_state(self.root, environment, self.environ)
            with run.failures():
                run.stack = open_real(self.root, environment, body, find_own_pulumi(self.environ, self.tools))
            yield run
            return
        if programmed:
            run.config = offline_config(self.root, environment, self.program.secrets(environment), changes)
        with self._folder(environment, apart=simulated) as folder:
            workspace = OfflineWorkspace(
                folder, self.root, environment, find_pulumi(self.environ, self.tools), simulated=simulated
            )
            remove_dead(workspace.locks)
            run.locks = workspace.locks
            workspace.require_whole_state()
            with run.failures():
                run.stack = workspace.open(body, run.config, self.environ)
                if state is not None:
                    run.stack.import_stack(read_state(state, workspace.salt))
            yield run

    @contextmanager
    def _folder(self, environment: Environment, *, apart: bool) -> Iterator[Path]:
        """``apart``: also `local` starts from nothing, whatever is deployed here."""
        if environment is Environment.LOCAL and not apart:
            first = not self.kept.exists()
            try:
                yield self.kept
            except BadInput:
                # The engine registers the stack itself before it starts the program: that too is taken back.
                if first:
                    shutil.rmtree(self.kept, ignore_errors=True)
                raise
            return
        with throwaway(environment) as folder:
            yield folder


_STATE = "an offline preview or plan of dev, staging or prod; other runs use their own state"


@dataclass(kw_only=True)
class _Run:
    """The life of one run of the engine."""

    root: Path
    environment: Environment
    choice: Choice
    recorder: Recorder
    config: StackConfig = field(default_factory=StackConfig)
    locks: Path | None = None
    bad_input: BadInput | None = None
    stack: auto.Stack = field(init=False)

    def guarded(self, program: Callable[[bool], None]) -> Callable[[], None]:
        """The program with its BadInput kept: it runs in a thread of the engine's server, which loses the type."""

        def run() -> None:
            try:
                program(self.choice.offline)
            except BadInput as error:
                self.bad_input = error
                raise pulumi.RunError(str(error)) from error
            except Exception as error:
                raise pulumi.RunError(program_failure(error)) from error

        return run

    def problems_of(self, event: EngineEvent) -> None:
        """Take the errors and warnings of a preview that a change follows, and leave its steps."""
        if event.diagnostic_event:
            self.recorder(event)

    @contextmanager
    def failures(self) -> Iterator[None]:
        """Turn the engine's failure into BadInput or a readable EngineError."""
        try:
            yield
        except auto.CommandError as error:
            refuse_moved(self.root)
            if self.bad_input is not None:
                raise self.bad_input from None
            stopped = [f"{each.policy}: {each.urn}\n  {each.message}" for each in self._mandatory()]
            messages = [*stopped, *self.recorder.errors]
            raise from_command(error, messages, holders(self.locks) if self.locks else "") from None
        except auto.InvalidVersionError as error:
            raise EngineError(str(error)) from None

    def _mandatory(self) -> list[Violation]:
        return sorted(each for each in self.recorder.violations if each.level == "mandatory")

    def refuse_leaks(self) -> None:
        """A preview in which a secret reaches a resource as plain text has failed."""
        if self.recorder.leaks:
            raise EngineError(
                "the plain text of a configuration secret is in the inputs of "
                f"{', '.join(sorted(self.recorder.leaks))}; it must reach a resource as a secret output"
            )

    def outcome(self, operation: str, plan: Plan | None = None) -> Outcome:
        """What the recorder heard."""
        made_up = (*_INVENTED, *self.config.made_up) if self.choice.offline else ()
        return Outcome(
            operation=operation,
            environment=self.environment,
            choice=self.choice,
            changes=self.recorder.changes,
            steps=tuple(self.recorder.steps[urn] for urn in sorted(self.recorder.steps)),
            outputs=self.recorder.outputs,
            warnings=tuple(self.recorder.warnings),
            made_up=made_up,
            violations=tuple(sorted(self.recorder.violations)),
            plan=plan,
        )

"""The builder of the tools, run as the user runs it, against a made-up Go that builds in no time."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.table import ROOT

TABLE = """
[hammer]
folder = "hammer"
package = "example.com/hammer/cmd/hammer"
module = "example.com/hammer"
module_version = "v1.2.3"
version = "1.2.3"
version_args = ["--version"]
variables = { "main.version" = "{version}" }
cpu_seconds = 60
needed_for = ["start", "test"]
"""
# Writes down how it was called and makes a program that says the version which the linker was given.
GO = """#!/bin/sh
if [ "$1" = env ]; then echo "${GO_VERSION:-go1.26.1}"; exit; fi
echo "$@" >> "$CALLS"
said=${*##*main.version=}; said=${said%% *}
while [ "$1" != -o ]; do shift; done
printf '#!/bin/sh\\necho hammer, version %s "(go1.26)"\\n' "${SAYS:-$said}" > "$2"; chmod +x "$2"
case "$GO_DOES" in
    fail) printf 'go: downloading nails\n# example.com/hammer\nhammer.go:1: no nails\nmore\n' >&2; exit 1 ;;
    hang) exec sleep 60 ;;
esac
"""


@dataclass
class Shed:
    """A project with one tool, a made-up Go and a PATH of its own."""

    root: Path

    @property
    def program(self) -> Path:
        return self.root / ".tools" / "bin" / "hammer"

    @property
    def builds(self) -> int:
        calls = self.root / "calls"
        return len(calls.read_text().splitlines()) if calls.exists() else 0

    def environment(self, **settings: str) -> dict[str, str]:
        path = f"{self.root}/path:{self.program.parent}:/usr/bin:/bin"
        return {"PATH": path, "CALLS": str(self.root / "calls"), **settings}

    def command(self, *names: str) -> list[str]:
        return [sys.executable, "-m", "tools.build", *names]

    def build(self, *names: str, **settings: str) -> subprocess.CompletedProcess[str]:
        environment = self.environment(**settings)
        return subprocess.run(
            self.command(*names), cwd=self.root, env=environment, capture_output=True, text=True, check=False
        )

    def put_on_path(self, version: str) -> None:
        write_program(self.root / "path" / "hammer", f"#!/bin/sh\necho hammer {version}\n")

    def left_over(self) -> list[str]:
        return sorted(path.name for path in self.program.parent.iterdir())


def write_program(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def shed(tmp_path: Path) -> Shed:
    (tmp_path / "tools" / "hammer").mkdir(parents=True)
    (tmp_path / "path").mkdir()
    for module in ("build", "table"):
        shutil.copy(ROOT / "tools" / f"{module}.py", tmp_path / "tools")
    (tmp_path / "tools" / "tools.toml").write_text(TABLE)
    (tmp_path / "tools" / "hammer" / "go.mod").write_text("module hammer\n\ngo 1.26.0\n")
    (tmp_path / "tools" / "hammer" / "go.sum").write_text("example.com/hammer v1.2.3 h1:abc=\n")
    (tmp_path / "tools" / "hammer" / "main.go").write_text("package main\n")
    write_program(tmp_path / "path" / "go", GO)
    return Shed(tmp_path)


def test_a_missing_tool_is_built_once_and_then_skipped(shed: Shed) -> None:
    first, second = shed.build(), shed.build()
    assert first.stdout.startswith("hammer 1.2.3: building (about 1 min) ... ready in ")
    assert second.stdout == "hammer 1.2.3: already built\n"
    assert shed.builds == 1
    assert shed.left_over() == ["hammer", "hammer.stamp"]


@pytest.mark.parametrize("content", ["", "#!/bin/sh", "#!/bin/sh\necho hammer, version 1.2.3\n"])
def test_a_program_that_is_not_the_built_one_is_built_again_and_reported(shed: Shed, content: str) -> None:
    shed.build()
    good = shed.program.read_text()
    shed.program.write_text(content)
    again = shed.build()
    assert again.stdout.startswith(
        "hammer 1.2.3: the program differs from the one that was built, building (about 1 min)"
    )
    assert shed.program.read_text() == good
    assert shed.build().stdout == "hammer 1.2.3: already built\n"
    assert shed.builds == 2


def test_a_copied_program_with_another_time_is_not_built_again(shed: Shed) -> None:
    shed.build()
    os.utime(shed.program, (1, 1))
    assert shed.build().stdout == "hammer 1.2.3: already built\n"
    assert f" {10**9} " in (shed.program.parent / "hammer.stamp").read_text(), "its time is known from now on"


@pytest.mark.parametrize(("says", "builds"), [("hammer 1.2.3", 1), ("hammer 1.2.2", 2)])
def test_a_program_of_a_stamp_without_a_checksum_is_asked_once(shed: Shed, says: str, builds: int) -> None:
    shed.build()
    stamp = shed.program.parent / "hammer.stamp"
    stamp.write_text(stamp.read_text().splitlines(keepends=True)[0])
    write_program(shed.program, f"#!/bin/sh\necho {says}\n")
    shed.build()
    assert shed.builds == builds
    assert len(stamp.read_text().splitlines()) == 2


def test_the_folder_of_the_tools_may_be_a_link(shed: Shed) -> None:
    (shed.root / "elsewhere").mkdir()
    (shed.root / ".tools").symlink_to("elsewhere")
    assert shed.build().returncode == 0
    assert (shed.root / "elsewhere" / "bin" / "hammer").is_file()


def test_a_file_in_the_place_of_the_folder_is_named(shed: Shed) -> None:
    (shed.root / ".tools").touch()
    failed = shed.build()
    assert failed.returncode == 1
    assert failed.stderr.strip() == f"{shed.root}/.tools: File exists"


def test_the_build_checks_sums_and_never_changes_the_pins(shed: Shed) -> None:
    shed.build(GOFLAGS="-mod=mod")
    assert "-mod=readonly" in (shed.root / "calls").read_text()


@pytest.mark.parametrize("changed", ["hammer/go.mod", "hammer/go.sum", "hammer/main.go", "tools.toml"])
def test_a_changed_pin_builds_again(shed: Shed, changed: str) -> None:
    path = shed.root / "tools" / changed
    shed.build()
    with path.open("a") as file:
        file.write("// a change\n" if path.suffix in (".mod", ".go") else "\n")
    if path.suffix == ".toml":
        path.write_text(TABLE.replace("1.2.3", "1.2.4"))
    shed.build()
    assert shed.builds == 2


def test_a_removed_program_is_built_again(shed: Shed) -> None:
    shed.build()
    shed.program.unlink()
    shed.build()
    assert shed.builds == 2


@pytest.mark.parametrize("says", ["1.2.3", "v1.2.3", "1.2.30"])
def test_a_program_on_path_with_a_fitting_version_is_linked(shed: Shed, says: str) -> None:
    shed.put_on_path(says)
    assert "linked to" in shed.build().stdout
    assert shed.program.resolve() == shed.root / "path" / "hammer"
    assert shed.build().stdout == "hammer 1.2.3: already linked\n"
    assert shed.builds == 0


@pytest.mark.parametrize("says", ["1.2.2", "1.3.0", "11.2.3", "1.2", "1.2.3-rc.1", "go1.2.3"])
def test_a_program_on_path_with_another_version_is_not_used(shed: Shed, says: str) -> None:
    shed.put_on_path(says)
    shed.build()
    assert shed.builds == 1
    assert not shed.program.is_symlink()


def test_a_linked_program_that_its_owner_upgrades_is_replaced(shed: Shed) -> None:
    shed.put_on_path("1.2.3")
    shed.build()
    shed.put_on_path("2.0.0")
    shed.build()
    assert shed.builds == 1
    assert not shed.program.is_symlink()


def test_a_terminated_build_leaves_no_program(shed: Shed) -> None:
    with subprocess.Popen(
        shed.command(), cwd=shed.root, env=shed.environment(GO_DOES="hang"), stderr=subprocess.PIPE
    ) as running:
        deadline = time.monotonic() + 60
        while not list(shed.root.glob(".tools/bin/.*.partial")):
            assert time.monotonic() < deadline, "the build never began"
            time.sleep(0.01)
        running.send_signal(signal.SIGTERM)
        assert running.wait() == 130
    assert shed.left_over() == []
    shed.build()
    assert shed.left_over() == ["hammer", "hammer.stamp"]


def test_a_failed_build_shows_gos_output_and_leaves_nothing(shed: Shed) -> None:
    failed = shed.build(GO_DOES="fail")
    assert failed.returncode == 1
    said = "hammer 1.2.3 cannot be built: hammer.go:1: no nails (all of it: .tools/hammer.log)\n"
    assert failed.stderr == said
    assert (shed.root / ".tools" / "hammer.log").read_text().endswith("no nails\nmore\n")
    assert shed.left_over() == []


def test_a_program_that_does_not_say_its_version_is_refused(shed: Shed) -> None:
    refused = shed.build(SAYS="(devel)")
    assert refused.returncode == 1
    assert "hammer 1.2.3 cannot be built: it was built but does not say 1.2.3" in refused.stderr
    assert shed.left_over() == []


def test_an_old_go_is_refused_in_one_line(shed: Shed) -> None:
    refused = shed.build(GO_VERSION="go1.25.9")
    assert refused.returncode == 1
    assert (
        refused.stderr.strip()
        == "hammer 1.2.3 cannot be built: Go 1.26 or newer is needed; `go env GOVERSION` says: go1.25.9"
    )
    assert shed.builds == 0


def test_no_go_at_all_is_refused_in_one_line(shed: Shed) -> None:
    (shed.root / "path" / "go").unlink()
    refused = shed.build(PATH=f"{shed.root}/path")
    assert refused.returncode == 1
    assert (
        refused.stderr.strip()
        == "hammer 1.2.3 cannot be built: Go 1.26 or newer is needed, and there is no `go` on PATH"
    )


def test_an_unknown_tool_is_bad_input_and_names_the_known_ones(shed: Shed) -> None:
    refused = shed.build("hammer", "nail")
    assert refused.returncode == 2
    assert refused.stderr == "unknown tool: nail; allowed: hammer\n"
    assert not (shed.root / ".tools").exists()


def test_the_tools_for_a_purpose_are_built_and_no_others(shed: Shed) -> None:
    assert shed.build("--for=join").returncode == 0
    assert shed.builds == 0
    assert shed.build("--for=start").returncode == 0
    assert shed.builds == 1


def test_an_unknown_purpose_is_bad_input_and_names_the_known_ones(shed: Shed) -> None:
    refused = shed.build("--for=fun")
    assert (refused.returncode, refused.stderr) == (2, "--for: found fun; allowed: start, join, test\n")


def test_two_builders_at_once_build_once(shed: Shed) -> None:
    environment = shed.environment()
    both = [subprocess.Popen(shed.command(), cwd=shed.root, env=environment, stdout=subprocess.PIPE) for _ in range(2)]
    outputs = [builder.communicate()[0] for builder in both]
    assert [builder.returncode for builder in both] == [0, 0]
    assert shed.builds == 1, outputs
    assert os.access(shed.program, os.X_OK)


def with_nail(shed: Shed) -> None:
    """A second tool, beside the first."""
    table = shed.root / "tools" / "tools.toml"
    table.write_text(TABLE + TABLE.replace("hammer", "nail"))
    shutil.copytree(shed.root / "tools" / "hammer", shed.root / "tools" / "nail")


def test_a_tool_that_cannot_be_built_does_not_keep_the_others_from_it(shed: Shed) -> None:
    with_nail(shed)
    (shed.root / "tools" / "hammer" / "go.mod").write_text("module hammer\n\ngo 1.99.0\n")
    done = shed.build("--keep-going")
    assert done.returncode == 0
    assert (
        done.stderr == "hammer 1.2.3 cannot be built: Go 1.99 or newer is needed; `go env GOVERSION` says: go1.26.1\n"
    )
    assert shed.left_over() == ["nail", "nail.stamp"]


def test_without_keep_going_the_first_that_cannot_be_built_ends_it(shed: Shed) -> None:
    with_nail(shed)
    failed = shed.build(GO_DOES="fail")
    assert failed.returncode == 1
    assert shed.builds == 1


def test_several_tools_say_first_how_long_they_take_together(shed: Shed) -> None:
    with_nail(shed)
    first = shed.build().stdout.splitlines()[0]
    assert re.fullmatch(r"2 tools to build, about \d+ min: hammer, nail", first)
    assert "to build" not in shed.build().stdout


def test_a_newer_measurement_builds_nothing(shed: Shed) -> None:
    shed.build()
    (shed.root / "tools" / "tools.toml").write_text(TABLE.replace("cpu_seconds = 60", "cpu_seconds = 600"))
    assert shed.build().stdout == "hammer 1.2.3: already built\n"

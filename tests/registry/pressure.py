"""A registry under pressure: many processes at once, processes that are killed, and what must hold afterwards."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from jupyter_features.definitions.evidence import GATES, CheckRecord, Evidence
from jupyter_features.definitions.feature_view import CompiledView
from jupyter_features.definitions.subject import ROLES, Subject
from jupyter_features.errors import NotFoundError, PublishConflictError, RegistryError
from jupyter_features.registry.changes import Promote, Publish
from jupyter_features.registry.event import Event
from jupyter_features.registry.open_registry import open_registry
from jupyter_features.registry.questions import GetRevision, GetVersion, ListEvents, ListProblems, ListVersions, SearchViews
from jupyter_features.registry.registry import Registry

ROOT = Path(__file__).parents[2]
NAMES = ("customer_spend", "customer_rhythm", "customer_value")
_SUBJECT = Subject(name="ada", roles=ROLES)


@dataclass(frozen=True)
class Confirmed:
    """What one process was told: versions by name, and how often it lost a race, promoted and searched."""

    versions: tuple[tuple[str, int, str], ...]
    conflicts: int
    moves: int
    searches: int
    troubles: tuple[str, ...]


def press(url: str, view_file: Path, *, processes: int, seconds: float, meanwhile: Callable[[], None] = lambda: None) -> list[Confirmed]:
    """Let processes publish, promote and search at once; each also checks that what it reads never goes back.

    Raises
    ------
    AssertionError
        If a process failed, with its own words.
    """
    started = [start("work", url, view_file, str(number), str(seconds)) for number in range(processes)]
    meanwhile()
    answers = []
    for process in started:
        output, error = process.communicate(timeout=seconds + 240)
        assert process.returncode == 0, error
        answers.append(msgspec.json.decode(output, type=Confirmed))
    return answers


def start(*arguments: object) -> subprocess.Popen[str]:
    """Start this file as a process of its own."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    command = [sys.executable, "-m", "tests.registry.pressure", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, cwd=ROOT)


def kill_at_random(url: str, view_file: Path, *, kills: int, seed: int = 0) -> int:
    """Kill a process that publishes without end, over and over, at random moments; check the registry each time.

    Returns
    -------
    int
        Number of versions in the end.
    """
    chance = random.Random(seed)
    registry = open_registry(url, folder=Path.cwd(), subject=_SUBJECT)
    known = 0
    for number in range(kills):
        process = start("publish", url, view_file, f"k{seed}-{number}")
        assert process.stdout is not None
        process.stdout.readline()  # it has begun
        time.sleep(chance.uniform(0, 0.12))
        process.kill()
        confirmed = 1 + len([line for line in process.communicate()[0].splitlines() if line.strip().isdigit()])
        found = check_whole(registry, NAMES[:1])
        assert found >= known + confirmed, f"{confirmed} versions were confirmed after {known}, and {found} are there"
        known = found
    registry.close()
    return known


def check_whole(registry: Registry, names: Sequence[str] = NAMES) -> int:
    """Check what must hold after anything; give the number of versions.

    Raises
    ------
    AssertionError
        If a version is missing, double or without its event, or anything is not whole.
    """
    assert registry.send(ListProblems()) == ()
    total = 0
    for name in names:
        numbers = [version.version for version in registry.send(ListVersions(name=name))]
        assert numbers == list(range(len(numbers), 0, -1))
        total += len(numbers)
    return total


def check_nothing_lost(registry: Registry, answers: Sequence[Confirmed]) -> None:
    """Hold what the processes were told against what is there. Where one was told of trouble, a version may be there all the same.

    Raises
    ------
    AssertionError
        If a version that was confirmed is missing or another, or a number was given twice.
    """
    told = [each for answer in answers for each in answer.versions]
    given = Counter((name, version) for name, version, _ in told)
    assert set(given.values()) == {1}
    stored = {(name, version.version): version.view.fingerprint for name in NAMES for version in registry.send(ListVersions(name=name))}
    known = {(name, version): fingerprint for name, version, fingerprint in told}
    assert known.items() <= stored.items()
    assert len(stored) - len(known) <= sum(len(answer.troubles) for answer in answers)
    events = list(_events(registry))
    published = Counter((event.name, event.version) for event in events if event.action == "version_published")
    assert published == Counter(dict.fromkeys(stored, 1))
    moves = sum(event.action == "pointer_moved" for event in events)
    assert moves >= len(told)


def _events(registry: Registry) -> Iterator[Event]:
    """Read all events, a page at a time."""
    after = 0
    while page := registry.send(ListEvents(after=after, limit=10_000)):
        yield from page
        after = page[-1].id


def work(url: str, view_file: Path, label: str, seconds: float) -> Confirmed:
    """Publish, promote and search until the time is over, and check that what is read never goes back."""
    registry = open_registry(url, folder=Path.cwd(), subject=_SUBJECT)
    view = msgspec.json.decode(view_file.read_bytes(), type=CompiledView)
    chance = random.Random(label)
    told: list[tuple[str, int, str]] = []
    counts: Counter[str] = Counter()
    troubles: list[str] = []
    revision = newest = 0
    number = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        number += 1
        name = chance.choice(NAMES)
        try:
            told.append((name, *_publish(registry, _other(view, name, f"{os.getpid()}-{number}"), counts)))
            if chance.random() < 0.5:
                _promote(registry, name, told[-1][1], counts)
            registry.send(SearchViews(query="customer bought"))
            counts["searches"] += 1
            seen = registry.send(GetRevision())
            assert seen >= revision, f"the revision went from {revision} back to {seen}"
            seen_versions = len(registry.send(ListVersions(name=NAMES[0])))
            assert seen_versions >= newest, f"{newest} versions became {seen_versions}"
            revision, newest = seen, seen_versions
        except RegistryError as error:  # said clearly, and nothing was changed
            troubles.append(error.message)
    registry.close()
    return Confirmed(tuple(told), counts["conflicts"], counts["moves"], counts["searches"], tuple(troubles))


def publish_without_end(url: str, view_file: Path, label: str) -> None:
    """Publish one version after another and print each number, until somebody kills the process."""
    registry = open_registry(url, folder=Path.cwd(), subject=_SUBJECT)
    view = msgspec.json.decode(view_file.read_bytes(), type=CompiledView)
    for number in range(1_000_000):
        version, _ = _publish(registry, _other(view, NAMES[0], f"{label}-{number}"), Counter())
        print(version, flush=True)


def _publish(registry: Registry, view: CompiledView, counts: Counter[str]) -> tuple[int, str]:
    """Publish over whatever is served, again if somebody was faster."""
    evidence = Evidence(fingerprint=view.fingerprint, checks=tuple(CheckRecord(name, True) for name in GATES))
    while True:
        try:
            done = registry.send(Publish(view=view, environment="dev", evidence=evidence, base=_served(registry, view.name)))
        except PublishConflictError:
            counts["conflicts"] += 1
            continue
        return done.version.version, view.fingerprint


def _served(registry: Registry, name: str) -> int | None:
    try:
        return registry.send(GetVersion(name=name)).version.version
    except NotFoundError:
        return None


def _promote(registry: Registry, name: str, version: int, counts: Counter[str]) -> None:
    registry.send(Promote(name=name, target="prod", version=version))
    counts["moves"] += 1


def _other(view: CompiledView, name: str, label: str) -> CompiledView:
    """Make another version of a view, or of its like under another name."""
    definition = msgspec.structs.replace(view.definition, name=name)
    return msgspec.structs.replace(view, definition=definition, fingerprint=f"{name}-{label}")


def _main(task: str, url: str, view_file: str, label: str, seconds: str = "0") -> None:
    if task == "publish":
        publish_without_end(url, Path(view_file), label)
    else:
        sys.stdout.buffer.write(msgspec.json.encode(work(url, Path(view_file), label, float(seconds))))


def totals(answers: Sequence[Confirmed]) -> str:
    """Say in a line what the processes did."""
    numbers: Iterator[tuple[str, int]] = iter(
        (
            ("published", sum(len(each.versions) for each in answers)),
            ("lost races, then published", sum(each.conflicts for each in answers)),
            ("promoted", sum(each.moves for each in answers)),
            ("searched", sum(each.searches for each in answers)),
            ("refused with a clear error", sum(len(each.troubles) for each in answers)),
        )
    )
    return ", ".join(f"{number:,} {what}" for what, number in numbers)


if __name__ == "__main__":
    _main(*sys.argv[1:])

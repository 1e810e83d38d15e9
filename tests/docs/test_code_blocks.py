"""Every code block of the pages runs, or parses."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from jupyter_features.cli.main import main
from jupyter_features.cli.parser import parse
from jupyter_features.config import CONFIG_FILE, load_settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted((ROOT / "docs").glob("*.md"))
_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
# Commands of a shell block that are not ours to check.
FOREIGN = {"pip", "git", "cd"}


@dataclass(frozen=True)
class Block:
    """A fenced block and the number of its first line of text."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    """Read the blocks of all pages in some languages, or all of them."""
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        found += [Block(page, text.count("\n", 0, match.start()) + 2, match["language"], match["text"]) for match in _FENCE.finditer(text)]
    return [block for block in found if not languages or block.language in languages]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    """A shell in a fresh project beside the example's data."""
    project = tmp_path / "project"
    shutil.copytree(ROOT / "examples" / "data", project / "data")
    monkeypatch.chdir(project)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    config = Config({"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}})
    opened = InteractiveShell.instance(config=config)
    yield opened
    opened.magics_manager.registry["FeatureMagics"].store.close()
    if "store" in opened.user_ns:
        opened.user_ns["store"].close()
    InteractiveShell.clear_instance()


@pytest.fixture
def beside_the_example(shell: InteractiveShell) -> InteractiveShell:
    """The shell in the project that `make lab` opens, in which the first example is published already."""
    shutil.copy(ROOT / "examples" / "01_customer_lifetime_value.ipynb", Path.cwd())
    assert main(["publish", "01_customer_lifetime_value.ipynb"]) == 0
    return shell


def test_every_block_is_in_a_language_that_is_checked():
    assert {block.language for block in blocks()} <= {"python", "sh", "toml"}


# The pages show what a row without a key gets, and the warning that comes with it.
@pytest.mark.filterwarnings("ignore::jupyter_features.FeatureWarning")
@pytest.mark.parametrize("page", sorted({block.page for block in blocks("python")}), ids=lambda page: page.name)
def test_the_cells_of_a_page_run_one_after_the_other(page: Path, beside_the_example: InteractiveShell):
    for block in blocks("python"):
        if block.page == page:
            result = beside_the_example.run_cell(block.text)
            assert result.success, f"{block.place}: {result.error_before_exec or result.error_in_exec}"


@pytest.mark.parametrize("block", blocks("sh"), ids=lambda block: block.place)
def test_every_command_exists(block: Block):
    targets = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert targets is not None
    for line in block.text.splitlines():
        match shlex.split(line, comments=True):
            case ["make", *names]:
                assert names, line
                assert set(names) <= set(targets[1].split()), line
            case ["jupyter", "features", *words]:
                parse(words)
            case ["python", script]:
                assert (ROOT / script).is_file(), line
            case [command, *_]:
                assert command in FOREIGN, line


@pytest.mark.parametrize("block", blocks("toml"), ids=lambda block: block.place)
def test_every_configuration_is_one_that_connect_takes(block: Block, tmp_path: Path):
    (tmp_path / CONFIG_FILE).write_text(block.text, "utf-8")

    settings = load_settings(tmp_path, {})

    written = tomllib.loads(block.text)
    assert (settings.rules[0] or None) == written.pop("rules", None)
    assert {name: getattr(settings, name).value for name in written} == written

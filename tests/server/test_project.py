"""Which folder a contents path means."""

from __future__ import annotations

import pytest

from jupyter_features.errors import InvalidArgumentError, NotFoundError
from jupyter_features.server.project import notebook_folder


@pytest.mark.parametrize(("path", "folder"), [("", ""), ("first.ipynb", ""), ("work/first.ipynb", "work"), ("work", "work")])
def test_the_folder_of_a_path_is_found_below_the_root(tmp_path, path, folder):
    (tmp_path / "work").mkdir()

    assert notebook_folder(tmp_path, path) == tmp_path / folder


@pytest.mark.parametrize("path", ["/etc/passwd", "../other.ipynb", "work/../../other.ipynb", "..\\other.ipynb", "a\0b.ipynb"])
def test_a_path_that_leaves_the_root_is_refused(tmp_path, path):
    with pytest.raises(InvalidArgumentError, match="leaves the folder"):
        notebook_folder(tmp_path, path)


def test_a_symbolic_link_out_of_the_root_is_refused(tmp_path):
    (tmp_path / "secret").mkdir()
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path / "secret")

    with pytest.raises(InvalidArgumentError, match="leaves the folder"):
        notebook_folder(tmp_path / "root", "link/first.ipynb")


def test_a_root_that_is_itself_a_symbolic_link_is_fine(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to(tmp_path / "real")

    assert notebook_folder(tmp_path / "root", "first.ipynb") == tmp_path / "real"


@pytest.mark.parametrize("path", ["x" * 256, "x" * 256 + "/first.ipynb", "/".join(["x" * 200] * 30), "\ud800/first.ipynb", "loop/a.ipynb"])
def test_a_path_that_no_file_system_can_have_is_refused(tmp_path, path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")

    with pytest.raises(InvalidArgumentError, match="cannot be used"):
        notebook_folder(tmp_path, path)


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(NotFoundError, match="no folder named 'gone/deep'"):
        notebook_folder(tmp_path, "gone/deep/first.ipynb")

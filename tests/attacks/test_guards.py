"""The lists of guards say what is true: each guard stands where it says, and `make guards` would notice its loss."""

import ast
import subprocess

import pytest

from tools import guards as tool
from tools.guards import REPOSITORY, Guard, guards


@pytest.mark.parametrize("guard", guards(), ids=lambda guard: f"{guard.listed_in}: {guard.name}")
def test_a_guard_stands_once_where_it_says_and_its_loss_is_still_python(guard):
    source = (REPOSITORY / guard.file).read_text(encoding="utf-8")
    weakened = guard.weakened(source)
    assert weakened != source
    if guard.file.endswith(".py"):
        ast.parse(weakened)


@pytest.mark.parametrize("guard", guards(), ids=lambda guard: f"{guard.listed_in}: {guard.name}")
def test_the_tests_that_a_guard_names_exist(guard):
    for test in guard.tests:
        file, *names = test.split("::")
        source = (REPOSITORY / file).read_text(encoding="utf-8")
        assert all(f"{name.partition('[')[0]}(" in source or f"class {name}" in source for name in names), test


def a_guard(**changes: object) -> Guard:
    values = {
        "name": "a number is bounded",
        "file": "product.py",
        "remove": "min(number, 5)",
        "instead": "number",
        "tests": ("test_product.py",),
        "listed_in": "some.toml",
    }
    return Guard(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def small_repository(tmp_path, monkeypatch):
    """A product of one function, tested by one file that bites and one that does not."""
    (tmp_path / "product.py").write_text("def bounded(number):\n    return min(number, 5)\n")
    bites = "from product import bounded\n\ndef test_it():\n    assert bounded(9) == 5\n"
    (tmp_path / "test_product.py").write_text(bites)
    (tmp_path / "test_idle.py").write_text("def test_it():\n    assert True\n")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    monkeypatch.setattr(tool, "REPOSITORY", tmp_path)
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)  # of the run that this stands in
    return tmp_path


def test_a_guard_that_is_taken_away_must_be_missed(small_repository, monkeypatch, capsys):
    monkeypatch.setattr(tool, "guards", lambda: [a_guard()])

    assert tool.main([]) == 0
    assert "1 of 1 guards" in capsys.readouterr().out
    assert "min(number, 5)" in (small_repository / "product.py").read_text()


@pytest.mark.parametrize("test", ["test_idle.py", "test_that_is_not_there.py"])
def test_a_test_that_does_not_bite_is_told(small_repository, monkeypatch, capsys, test):
    monkeypatch.setattr(tool, "guards", lambda: [a_guard(tests=(test,))])

    assert tool.main([]) == 1


def test_a_guard_that_stands_nowhere_or_twice_is_an_error():
    for source in ("", "min(number, 5) + min(number, 5)"):
        with pytest.raises(ValueError, match="not once"):
            a_guard().weakened(source)

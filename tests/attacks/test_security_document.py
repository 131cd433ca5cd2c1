"""docs/SECURITY.md names tests and decisions that exist, every guard, and every requirement of ASVS 5 up to level 2."""

import re

import pytest

from tools.guards import REPOSITORY, guards

PAGE = (REPOSITORY / "docs" / "SECURITY.md").read_text(encoding="utf-8")
REQUIREMENT = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
WITHOUT_ASVS_17 = 246
"""Requirements of levels 1 and 2 in version 5.0.0 (253), but for the seven about WebRTC."""


def answered() -> list[str]:
    """The requirements with a row of their own, and those that do not apply, ranges spelled out."""
    ids = [row[0] for row in REQUIREMENT.findall(PAGE)]
    none_here = PAGE.partition("**Does not apply**")[2].partition("17.1.1")[0]
    for first, last in re.findall(r"(\d+\.\d+\.\d+)(?:–\d+\.\d+\.(\d+))?", none_here):
        section, _, number = first.rpartition(".")
        ids += [f"{section}.{each}" for each in range(int(number), int(last or number) + 1)]
    return ids


def test_every_requirement_is_answered_once():
    assert len(answered()) == len(set(answered())) == WITHOUT_ASVS_17


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`(tests/[\w./]+)", PAGE))))
def test_a_test_that_the_document_names_exists(path):
    place = REPOSITORY / path
    assert place.is_dir() or "def test_" in place.read_text(encoding="utf-8")


@pytest.mark.parametrize(("requirement", "here", "held_by"), REQUIREMENT.findall(PAGE))
def test_a_requirement_names_what_holds_it(requirement, here, held_by):
    assert held_by.startswith(("`tests/", "decision: "))
    for decision in re.findall(r"docs/decisions/(\d{4})", f"{here} {held_by}"):
        assert list((REPOSITORY / "docs" / "decisions").glob(f"{decision}-*.md")), decision


def test_every_guard_stands_in_the_document():
    assert {guard.name for guard in guards() if f"| {guard.name} |" not in PAGE} == set()


def test_every_file_of_attacks_is_named_by_a_guard():
    named = {test.partition("::")[0] for guard in guards() for test in guard.tests}
    files = {str(path.relative_to(REPOSITORY)) for path in (REPOSITORY / "tests" / "attacks").glob("test_*.py")}
    assert files - named == {"tests/attacks/test_guards.py", "tests/attacks/test_security_document.py"}

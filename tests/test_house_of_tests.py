"""How the tests are built: in the rooms of what they test, none out of another, and none by a stopwatch."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support.commands import ROOT

TESTS = ROOT / "tests"
OF_NO_APP = {
    "attacks",  # a class of attacks a file, whatever rooms it goes through
    "journeys",  # a person's path through the pages, in a browser
    "processes",  # the whole product in processes of its own
    "servers",  # what only real servers can show
    "support",
}
STOPWATCHES = {
    "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "process_time_ns", "thread_time",
    "thread_time_ns", "getrusage", "clock_gettime",
}  # fmt: skip
DEMANDS = re.compile(r"assert|django_assert|raises|warns|expect\b|wait_until|zeal_context|run_state_machine|check_")
CLOCKS = STOPWATCHES | {"time", "time_ns", "now", "utcnow"}
FIXED_DAY = r'\b(?:date|received|sent)"?(?:=|: )f?"20\d\d-'
MAY_SLEEP = {
    "tests/support/waiting.py",  # between two looks
    "tests/attacks/test_bounds.py",  # a server that drips
    "tests/mailsync/sync/test_crash.py",  # until a random point, at which a worker is killed
    "tests/servers/test_crashes.py",  # for as long as a server is away
}
MAY_MEASURE = {"tests/support/growth.py", "tests/support/waiting.py"}
"""Work compared with itself, and when to stop waiting."""


def sources() -> Iterator[tuple[str, str]]:
    for path in sorted(TESTS.rglob("*.py")):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def imports_from_tests(source: str) -> list[int]:
    """The lines on which something is taken out of a file of tests."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found += [node.lineno] if any(re.search(r"(^|\.)test_\w+$", name) for name in names) else []
    return found


def stopwatches(source: str) -> list[int]:
    """The lines on which a test takes the time that something needs: by a stopwatch, or as a span of two readings."""
    tree = ast.parse(source)
    spans = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub)]
    readings = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _reads(node.value, CLOCKS)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    found = [node for node in ast.walk(tree) if _reads(node, STOPWATCHES)]
    found += [node for node in spans if all(_is_reading(side, readings) for side in (node.left, node.right))]
    return [node.lineno for node in found if isinstance(node, ast.expr)]


def _reads(node: ast.AST, clocks: set[str]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    named = node.func
    return (named.attr if isinstance(named, ast.Attribute) else getattr(named, "id", "")) in clocks


def _is_reading(node: ast.AST, readings: set[str]) -> bool:
    return _reads(node, CLOCKS) or (isinstance(node, ast.Name) and node.id in readings)


def test_no_test_is_built_on_another():
    assert {path: found for path, source in sources() if (found := imports_from_tests(source))} == {}


def test_no_test_takes_the_time():
    taken = {path: found for path, source in sources() if (found := stopwatches(source))}
    assert {path: found for path, found in taken.items() if path not in MAY_MEASURE} == {}
    assert taken.keys() == MAY_MEASURE


def demands_nothing(source: str) -> list[str]:
    """The tests that nothing can fail but an error: no assertion in them, in what they call here, or in a fixture."""
    functions = {node.name: node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)}
    bodies = {name: "\n".join(map(ast.unparse, node.body)) for name, node in functions.items()}
    demanding = {name for name, body in bodies.items() if DEMANDS.search(body)}
    tests = {name: functions[name] for name in functions if name.startswith("test_")}
    used = {
        name: set(re.findall(r"\w+", bodies[name])) | {each.arg for each in node.args.args}
        for name, node in tests.items()
    }
    return [name for name in tests if name not in demanding and not used[name] & demanding]


def test_no_test_sleeps_until_something_will_have_happened():
    calls = {
        path: [node for node in ast.walk(ast.parse(source)) if _reads(node, {"sleep"})] for path, source in sources()
    }
    assert {path for path, found in calls.items() if found} == MAY_SLEEP


def test_every_test_demands_something():
    idle = {path: found for path, source in sources() if (found := demands_nothing(source))}
    # the browser's own complaints fail it, where it is closed
    assert idle == {"tests/journeys/test_policy.py": ["test_no_page_asks_for_what_its_policy_refuses"]}


def test_a_test_that_demands_nothing_is_seen():
    helped = "def holds(x):\n    assert x\ndef test_it():\n    holds(1)"
    assert demands_nothing("def test_it():\n    compose(1)\n") == ["test_it"]
    assert demands_nothing(helped) == []


def test_mail_is_not_delivered_on_a_day_that_goes_by():
    """The tenant lives in the present, and mailboxes are read a few weeks back; the one of tests/sandbox stands."""
    delivered = {path: re.findall(FIXED_DAY, source) for path, source in sources()}
    assert {path: days for path, days in delivered.items() if days and not path.startswith("tests/sandbox/")} == {}


def test_every_folder_of_tests_mirrors_a_room_that_exists():
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("*.py")}
    mirrored = {folder for folder in folders if folder.parts and folder.parts[0] not in OF_NO_APP}
    assert {str(folder) for folder in mirrored if not (ROOT / folder).is_dir()} == set()
    assert len(mirrored) > 30


@pytest.mark.parametrize(
    "planted",
    [
        "from tests.timeline.recording.test_recording import JANE",
        "from tests.crm import test_deletion",
        "import tests.crm.test_deletion",
        "def test_x():\n    from tests.crm.test_deletion import y",
        "from .test_deletion import y",
    ],
)
def test_what_is_taken_out_of_tests_is_seen(planted):
    assert imports_from_tests(planted)


@pytest.mark.parametrize(
    "planted",
    [
        "began = time.monotonic()",
        "began = process_time()",
        "used = resource.getrusage(resource.RUSAGE_SELF).ru_utime",
        "began = time.time()\nassert time.time() - began < 1",
        "began = timezone.now()\nwork()\nended = timezone.now()\nassert (ended - began).total_seconds() < 1",
        "began = datetime.now(UTC)\nassert datetime.now(UTC) - began < timedelta(seconds=1)",
    ],
)
def test_a_stopwatch_is_seen(planted):
    assert stopwatches(planted)


@pytest.mark.parametrize(
    "usual", ["since = timezone.now() - timedelta(days=3)", "now = int(time.time())\nexp = now - 3600", "time.sleep(1)"]
)
def test_a_moment_is_no_stopwatch(usual):
    assert stopwatches(usual) == []

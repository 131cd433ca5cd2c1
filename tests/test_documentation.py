"""The README tells all: every variable, command and make target that exists stands in it."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from drf_spectacular.generators import SchemaGenerator

from mailsync.domain.vocabulary import MailboxState
from timeline.api.filters import EngagementFilters

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
OUR_APPS = {"core", "accounts", "crm", "timeline", "mailsync", "jiminny_sync"}


def test_every_environment_variable_is_documented():
    settings = (ROOT / "jiminny_sync" / "settings.py").read_text(encoding="utf-8")
    read = set(re.findall(r'(?:env\.\w+|_secret)\(\s*"([A-Z_]+)"', settings))
    assert {"DATABASE_URL", "SECRET_KEY"} <= read
    assert {name for name in read if f"`{name}`" not in README} == set()


def test_every_command_is_documented():
    ours = {name for name, app in get_commands().items() if app in OUR_APPS}
    assert {name for name in ours if f"`{name}" not in README} == set()


def test_every_make_target_with_a_purpose_is_documented_or_explained_by_help():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    targets = set(phony[1].split())
    assert {target for target in targets if not re.search(rf"^{target}:.*## ", makefile, re.MULTILINE)} == set()


@pytest.mark.parametrize("document", sorted((ROOT / "docs").rglob("*.md"), key=str), ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


def test_links_of_the_readme_lead_somewhere():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / target).exists(), target


def test_every_feature_named_by_a_number_is_told():
    told = set(re.findall(r"^\| (F\d+) \|", (ROOT / "docs" / "FEATURES.md").read_text(encoding="utf-8"), re.MULTILINE))
    places = [*(ROOT / "docs").rglob("*.md"), *(path for app in OUR_APPS for path in (ROOT / app).rglob("*.py"))]
    named = {each for path in places for each in re.findall(r"\bF\d{1,2}\b", path.read_text(encoding="utf-8"))}
    assert len(named) > 20
    assert named - told == set()


def test_the_index_of_decisions_is_whole():
    folder = ROOT / "docs" / "decisions"
    rows = dict(re.findall(r"^\| \[\d{4}\]\(([\w.-]+)\) \| (.+) \|$", (folder / "README.md").read_text(), re.MULTILINE))
    titles = {path.name: path.read_text(encoding="utf-8").split("\n")[0] for path in folder.glob("0*.md")}
    assert {
        name: title.partition(" ")[2].partition(" ")[2].removeprefix("– ") for name, title in titles.items()
    } == rows
    assert len({name[:4] for name in titles}) == len(titles)


def test_every_page_resource_and_mailbox_state_is_documented():
    pages = {"/login/", "/deals/", "/review/", "/customers/", "/conversations/", "/search/", "/profile/integrations/"}
    schema = SchemaGenerator().get_schema(request=None, public=True)
    resources = {path.removeprefix("/api/v1/").partition("/")[0] + "/" for path in schema["paths"]}
    assert "engagements/" in resources
    assert {word for word in pages | resources | set(MailboxState) if word not in README} == set()


def test_every_filter_of_engagements_is_documented():
    assert {name for name in EngagementFilters.base_filters if f"`{name}`" not in README} == set()

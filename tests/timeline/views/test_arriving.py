"""What an open page asks for by itself: nothing until something arrives, then that, and what the viewer may see."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.domain.vocabulary import Visibility
from accounts.models import AuditIntake
from tests.support.scenery import scene
from timeline.selectors.arrivals import LONGEST_RECORDING

pytestmark = pytest.mark.django_db


def ask(client, viewer, path, *, ago=timedelta(0), **query):
    """Ask as a page does that was shown `ago`; long enough ago, what stood there then is not brought again."""
    client.force_login(viewer)
    since = timezone.now() - ago
    return client.get(path, {"since": since.isoformat(), **query}, headers={"HX-Request": "true"})


def later(time_machine):
    time_machine.move_to(timezone.now() + LONGEST_RECORDING + timedelta(seconds=1))


@pytest.fixture
def pages(carol):
    globex = scene(carol)
    mail = globex.mail("What stood there", subject="Renewal", assignment_certain=False)
    return globex, {
        "deal": f"/deals/{globex.deal.pk}/",
        "account": f"/customers/accounts/{globex.account.pk}/",
        "contact": f"/customers/contacts/{globex.jane.pk}/",
        "conversation": f"/conversations/{mail.conversation_id}/",
        "deals": "/deals/",
        "review": "/review/",
    }


@pytest.mark.parametrize("where", ["deal", "account", "contact", "conversation", "deals", "review"])
def test_nothing_is_answered_until_something_arrives_and_then_what_did(client, carol, pages, time_machine, where):
    globex, paths = pages
    later(time_machine)
    assert ask(client, carol, paths[where]).status_code == 204
    conversation = globex.deal.engagements.get().conversation
    globex.mail("What arrived", conversation=conversation, assignment_certain=False)
    answer = ask(client, carol, paths[where])
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in text
    assert "What stood there" not in text
    assert "What arrived" in text or where == "deals"


def test_what_arrived_late_with_an_old_date_is_brought_too(client, carol, pages, time_machine):
    globex, paths = pages
    later(time_machine)
    globex.mail("A week under way", at=timezone.now() - timedelta(days=7))
    assert "A week under way" in ask(client, carol, paths["deal"]).content.decode()


def test_what_took_a_while_to_be_recorded_is_not_missed(client, carol, pages):
    globex, paths = pages
    globex.mail("Recorded in a transaction that ended late")
    answer = ask(client, carol, paths["deal"], ago=-LONGEST_RECORDING / 2)
    assert "ended late" in answer.content.decode()


def test_counts_figures_and_people_come_along(client, carol, pages, time_machine):
    globex, paths = pages
    later(time_machine)
    globex.call("They said yes.", at=timezone.now())
    text = ask(client, carol, paths["deal"]).content.decode()
    assert text.count('hx-swap-oob="true"') == 3
    assert 'Calls <span class="number">1</span>' in text
    assert "just now" in text


def test_one_kind_stays_one_kind(client, carol, pages, time_machine):
    globex, paths = pages
    later(time_machine)
    globex.mail("A mail")
    assert ask(client, carol, paths["deal"], kind="call").status_code == 204
    assert ask(client, carol, paths["deal"], kind="email").status_code == 200


def test_what_the_viewer_may_not_see_does_not_arrive(client, dave, pages, time_machine):
    globex, paths = pages
    later(time_machine)
    globex.mail("Carol's own", visibility=Visibility.OWNER_ONLY)
    for path in paths.values():
        assert ask(client, dave, path).status_code == 204


def test_waiting_is_not_reading_and_what_is_shown_is_written_down(client, carol, pages, time_machine):
    globex, paths = pages
    later(time_machine)
    viewed = AuditIntake.objects.filter(verb=AuditVerb.VIEWED)
    ask(client, carol, paths["conversation"])
    assert not viewed.exists()
    globex.mail("What arrived", conversation=globex.deal.engagements.get().conversation)
    ask(client, carol, paths["conversation"])
    assert viewed.count() == 1


@pytest.mark.parametrize(
    "since", ["", "yesterday", "%00", "9999-99-99", "0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z"]
)
def test_a_broken_moment_is_as_if_not_given(client, carol, pages, since):
    client.force_login(carol)
    answer = client.get(pages[1]["deal"], {"since": since}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "What stood there" in answer.content.decode()


def test_a_page_that_stays_open_after_the_sign_out_goes_to_the_login(client, pages):
    answer = client.get(pages[1]["deal"], {"since": timezone.now().isoformat()}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/login/"


def test_waiting_takes_few_queries_however_much_there_is(client, carol, pages, time_machine):
    globex, paths = pages
    for _ in range(10):
        globex.mail()
    later(time_machine)
    ask(client, carol, paths["deal"])
    with CaptureQueriesContext(connection) as captured:
        client.get(paths["deal"], {"since": timezone.now().isoformat()}, headers={"HX-Request": "true"})
    assert len(captured) == 4  # the session, the person, the deal, and whether anything arrived

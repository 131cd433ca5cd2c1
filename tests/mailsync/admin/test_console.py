"""The console's pages about email sync: rules with their preview, mailboxes with their health."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from mailsync.domain.vocabulary import BlockKind, MailboxState
from mailsync.models import BlockedDomain, Exclusion, Mailbox, MailboxTransition
from tests.support.factories import (
    A_MONDAY,
    BlockedDomainFactory,
    ChangeFactory,
    ContactFactory,
    EngagementFactory,
    ExclusionFactory,
    MailboxFactory,
    ParticipantFactory,
    SyncRunFactory,
    UserFactory,
)
from timeline.models import Engagement
from timeline.selectors import engagements_for

ADD_DOMAINS = "admin:mailsync_blockeddomain_add"
ADD_EXCLUSIONS = "admin:mailsync_exclusion_add"


@pytest.fixture
def console(alice):
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def mail(acme):
    ContactFactory(organization=acme, address="jane@globex.example")
    engagement = EngagementFactory(organization=acme)
    ParticipantFactory(engagement=engagement, address="jane@globex.example")
    return engagement


def confirm(client, name, body):
    """Look at the preview, then do what it shows."""
    shown = client.post(reverse(name), body).context["preview"].fingerprint
    return client.post(reverse(name), {**body, "_confirmed": "1", "_shown": shown}, follow=True)


def test_the_first_page_says_how_far_search_is_behind(console, acme, rival, settings):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    ChangeFactory(organization=rival)
    assert "Search is up to date." in console.get("/admin/").content.decode()

    ChangeFactory(organization=acme)
    assert "Search is behind: 1 change since" in console.get("/admin/").content.decode()

    settings.ELASTICSEARCH_URL = ""
    assert "Search is" not in console.get("/admin/").content.decode()


def test_the_page_shows_what_domains_would_hide_and_stores_nothing(console, mail):
    body = {"kind": "never_import", "lines": "globex.example\nco.uk\ngmail.com\nnot a domain"}
    answer = console.post(reverse(ADD_DOMAINS), body)
    page = answer.content.decode()
    assert "Together they would hide 1 stored engagement.</strong>" in page
    assert "co.uk is a public suffix" in page
    assert "gmail.com is a free-mail provider" in page
    assert "is not a domain" in page
    assert "Add these" not in page
    assert not BlockedDomain.objects.exists()


def test_many_domains_are_added_at_once_after_they_were_shown(console, acme, alice, mail):
    answer = confirm(console, ADD_DOMAINS, {
        "kind": "never_import", "lines": "globex.example\n\n@initech.example\nglobex.example", "note": "Partners",
    })  # fmt: skip
    assert "2 added, 0 there already; 1 engagement hidden." in answer.content.decode()
    rows = BlockedDomain.objects.filter(organization=acme, kind=BlockKind.NEVER_IMPORT, created_by=alice)
    assert sorted(rows.values_list("domain", "note")) == [
        ("globex.example", "Partners"), ("initech.example", "Partners"),
    ]  # fmt: skip
    assert not engagements_for(alice).filter(pk=mail.pk).exists()


def test_what_was_not_shown_is_not_added(console, mail):
    body = {"kind": "never_import", "lines": "globex.example"}
    shown = console.post(reverse(ADD_DOMAINS), body).context["preview"].fingerprint
    for other in ({**body, "lines": "initech.example"}, {**body, "kind": "internal"}):
        console.post(reverse(ADD_DOMAINS), {**other, "_confirmed": "1", "_shown": shown})
    console.post(reverse(ADD_DOMAINS), {**body, "_confirmed": "1"})
    assert not BlockedDomain.objects.exists()


def test_nothing_of_a_list_with_a_flaw_is_added(console):
    body = {"kind": "internal", "lines": "fine.example\nco.uk"}
    shown = console.post(reverse(ADD_DOMAINS), body).context["preview"].fingerprint
    console.post(reverse(ADD_DOMAINS), {**body, "_confirmed": "1", "_shown": shown})
    assert not BlockedDomain.objects.exists()


@pytest.mark.parametrize(
    "body",
    [{}, {"kind": "internal"}, {"kind": "fax", "lines": "a.example"}, {"kind": "internal", "lines": "\n \n"},
     {"kind": "internal", "lines": "\n".join(f"d{n}.example" for n in range(501))},
     {"kind": "internal", "lines": "a.example", "note": "x" * 201}, {"kind": "internal", "lines": "a\0.example"}],
)  # fmt: skip
def test_a_form_that_is_not_filled_in_says_so(console, body):
    answer = console.post(reverse(ADD_DOMAINS), {**body, "_confirmed": "1"})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert not BlockedDomain.objects.exists()


def test_a_line_of_script_is_shown_as_text(console):
    answer = console.post(reverse(ADD_DOMAINS), {"kind": "internal", "lines": "<script>alert(1)</script>"})
    assert "<script>alert" not in answer.content.decode()


def test_deleting_a_domain_shows_again_what_it_hid(console, mail):
    confirm(console, ADD_DOMAINS, {"kind": "never_import", "lines": "globex.example"})
    row = BlockedDomain.objects.get()
    answer = console.post(reverse("admin:mailsync_blockeddomain_delete", args=[row.pk]), {"post": "yes"}, follow=True)
    assert "Shown again: 1 engagement." in answer.content.decode()
    assert not Engagement.objects.exclude(hidden_at=None).exists()


def test_several_domains_are_deleted_at_once(console, acme, mail):
    confirm(console, ADD_DOMAINS, {"kind": "never_import", "lines": "globex.example\ninitech.example"})
    body = {
        "action": "delete_selected", "post": "yes",
        "_selected_action": list(BlockedDomain.objects.values_list("pk", flat=True)),
    }  # fmt: skip
    console.post(reverse("admin:mailsync_blockeddomain_changelist"), body)
    assert not BlockedDomain.objects.exists()
    assert not Engagement.objects.exclude(hidden_at=None).exists()


@pytest.mark.parametrize("way", ["alone", "with others"])
def test_the_domain_where_people_sign_in_is_not_deleted_with_the_rest(console, acme, way):
    ours = BlockedDomainFactory(organization=acme, domain="acme.example")
    other = BlockedDomainFactory(organization=acme, domain="acquired.example")
    if way == "alone":
        console.post(reverse("admin:mailsync_blockeddomain_delete", args=[ours.pk]), {"post": "yes"})
    else:
        chosen = {"action": "delete_selected", "_selected_action": [ours.pk, other.pk], "post": "yes"}
        console.post(reverse("admin:mailsync_blockeddomain_changelist"), chosen)
    assert BlockedDomain.objects.filter(pk=ours.pk).exists()


def test_an_own_domain_where_nobody_signs_in_is_taken_back(console, acme):
    other = BlockedDomainFactory(organization=acme, domain="acquired.example")
    console.post(reverse("admin:mailsync_blockeddomain_delete", args=[other.pk]), {"post": "yes"})
    assert not BlockedDomain.objects.filter(pk=other.pk).exists()


def test_exclusions_for_everyone_are_added_the_same_way(console, acme, mail):
    confirm(console, ADD_EXCLUSIONS, {"kind": "address", "lines": "Jane@globex.example"})
    assert Exclusion.objects.get().value == "jane@globex.example"
    assert Engagement.objects.exclude(hidden_at=None).exists()


def test_a_persons_own_exclusion_is_that_persons(console, acme, carol):
    row = ExclusionFactory(organization=acme, user=carol)
    assert console.post(reverse("admin:mailsync_exclusion_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    body = {"action": "delete_selected", "post": "yes", "_selected_action": [row.pk]}
    console.post(reverse("admin:mailsync_exclusion_changelist"), body)
    assert Exclusion.objects.filter(pk=row.pk).exists()


def test_who_changed_a_rule_is_written_down_once(console, alice, mail):
    confirm(console, ADD_DOMAINS, {"kind": "never_import", "lines": "globex.example"})
    row = BlockedDomain.objects.get()
    console.post(reverse("admin:mailsync_blockeddomain_delete", args=[row.pk]), {"post": "yes"})
    events = AuditEvent.objects.filter(subject_type="blockeddomain").order_by("sequence")
    assert [(event.verb, event.actor) for event in events] == [("added", alice), ("removed", alice)]


def test_an_operator_names_the_organization(acme, db):
    client = Client()
    client.force_login(UserFactory(organization=None, is_superuser=True, is_staff=True))
    body = {"kind": "internal", "lines": "acme.example"}
    assert "organization" in client.post(reverse(ADD_DOMAINS), body).context["form"].errors
    confirm(client, ADD_DOMAINS, {**body, "organization": str(acme.pk)})
    assert BlockedDomain.objects.get().organization == acme


def test_a_domain_cannot_be_changed_only_taken_back(console, acme):
    row = BlockedDomainFactory(organization=acme, domain="globex.example")
    console.post(reverse("admin:mailsync_blockeddomain_change", args=[row.pk]), {"domain": "other.example"})
    row.refresh_from_db()
    assert row.domain == "globex.example"


def test_a_mailbox_page_tells_its_state_runs_and_moves(console, carol):
    mailbox = MailboxFactory(user=carol, state=MailboxState.NEEDS_SIGN_IN, state_reason="AADSTS50173")
    SyncRunFactory(mailbox=mailbox, seen=12, kept=2, dropped={"no_crm_match": 10})
    MailboxTransition.objects.create(
        mailbox=mailbox, before="in_sync", after="needs_sign_in", cause="<b>cause</b>", at=A_MONDAY
    )
    page = console.get(reverse("admin:mailsync_mailbox_change", args=[mailbox.pk])).content.decode()
    assert "Connect Microsoft 365 again" in page
    assert "no_crm_match 10" in page
    assert "&lt;b&gt;cause&lt;/b&gt;" in page
    assert "<b>cause" not in page


def test_sync_now_asks_for_the_mailboxes_that_are_on(
    console, alice, carol, dave, monkeypatch, django_capture_on_commit_callbacks
):
    sent: list[object] = []
    monkeypatch.setattr("celery.current_app.send_task", lambda name, **_: sent.append(name))
    on, off = MailboxFactory(user=carol), MailboxFactory(user=dave, import_enabled=False, state=MailboxState.OFF)
    body = {"action": "sync_now", "_selected_action": [on.pk, off.pk]}
    with django_capture_on_commit_callbacks(execute=True):
        answer = console.post(reverse("admin:mailsync_mailbox_changelist"), body, follow=True)
    assert "Asked to sync: 1. It begins as soon as a worker is free. Switched off: 1." in answer.content.decode()
    assert Mailbox.objects.get(is_awaited=True) == on
    assert len(sent) == 1
    assert AuditEvent.objects.get(verb="requested_sync").actor == alice

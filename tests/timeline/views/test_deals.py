"""Deal Insights: what the list and a deal's page say, and to whom."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.domain.vocabulary import Detail, Visibility
from tests.support.scenery import queries_of, scene
from timeline.selectors.deals import DealFilter, deal_rows, deals_for
from timeline.selectors.timelines import PAGE_SIZE

pytestmark = pytest.mark.django_db


def days_ago(days):
    return timezone.now() - timedelta(days=days)


def page(client, viewer, path, **headers):
    client.force_login(viewer)
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def row_of(viewer, deal):
    standing = [each for each in deals_for(viewer, timezone.now()) if each.deal == deal]
    (row,) = deal_rows(viewer, standing, timezone.now())
    return row


def test_a_deal_says_how_often_when_last_and_who(client, carol):
    globex = scene(carol, stage="Proposal", amount=48000, currency="EUR")
    globex.mail(at=days_ago(5))
    globex.call(at=days_ago(1))
    text = page(client, carol, "/deals/")
    assert all(
        part in text
        for part in ("Globex 2027", "Proposal", "€48,000", "Jane Doe", "1 day ago", "Call by <bdi>Carol</bdi>")
    )
    row = row_of(carol, globex.deal)
    assert (row.count, row.is_cold, [person.name for person in row.people]) == (2, False, ["Jane Doe"])


def test_a_deal_goes_cold_when_nobody_was_heard_of_for_two_weeks_however_much_we_wrote(carol):
    globex = scene(carol)
    globex.mail(at=days_ago(15), direction="inbound")
    globex.mail(at=days_ago(1), direction="outbound")
    assert row_of(carol, globex.deal).is_cold
    globex.mail(at=days_ago(13), direction="inbound")
    assert not row_of(carol, globex.deal).is_cold


def test_a_meeting_counts_as_having_heard_of_them(carol):
    globex = scene(carol)
    globex.call(kind="meeting", at=days_ago(3))
    assert not row_of(carol, globex.deal).is_cold


def test_a_new_deal_is_given_two_weeks_before_it_is_cold(carol):
    assert not row_of(carol, scene(carol, crm_created_at=days_ago(3)).deal).is_cold
    assert row_of(carol, scene(carol, company="Initech", crm_created_at=days_ago(30)).deal).is_cold


def test_what_the_viewer_may_not_see_is_not_counted_either(carol, dave):
    globex = scene(carol)
    globex.mail(at=days_ago(2), visibility=Visibility.OWNER_ONLY)
    row = row_of(dave, globex.deal)
    assert (row.count, row.last, row.people, row.heard_at) == (0, None, [], None)
    assert row_of(carol, globex.deal).count == 1


def test_mail_after_today_and_before_the_month_is_left_out_of_the_bars(carol):
    globex = scene(carol)
    for days in (-2, 0, 29, 31):
        globex.mail(at=days_ago(days))
    assert row_of(carol, globex.deal).count == 2


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"Globex 2027", "Initech 2027"}),
        ("owner=me", {"Globex 2027"}),
        ("stage=Negotiation", {"Initech 2027"}),
        ("cold=on", {"Initech 2027"}),
        ("owner=nonsense&stage=none&sort=sideways&page=x", {"Globex 2027", "Initech 2027"}),
    ],
)
def test_filters_narrow_and_nonsense_is_ignored(client, carol, dave, query, shown):
    scene(carol).mail(at=days_ago(1))
    scene(dave, company="Initech", stage="Negotiation")
    text = page(client, carol, f"/deals/?{query}")
    assert {name for name in ("Globex 2027", "Initech 2027") if name in text} == shown


def test_the_longest_silence_stands_first_when_sorted_by_it(carol, dave):
    scene(carol).mail(at=days_ago(1))
    scene(dave, company="Initech", crm_created_at=days_ago(40))
    form_sorted = deals_for(carol, timezone.now(), DealFilter(sort="cold"))
    assert [each.deal.name for each in form_sorted] == ["Initech 2027", "Globex 2027"]


def test_closed_deals_are_not_listed_but_have_their_page(client, carol):
    closed = scene(carol, is_closed=True, is_won=True)
    assert "Globex 2027" not in page(client, carol, "/deals/")
    assert "Won" in page(client, carol, f"/deals/{closed.deal.pk}/")


def test_without_deals_the_page_says_where_they_come_from(client, carol):
    assert "Deals come from your CRM" in page(client, carol, "/deals/")


def test_the_list_takes_as_many_queries_for_many_deals_as_for_one(client, carol):
    scene(carol).mail()
    few = queries_of(client, carol, "/deals/")
    for number in range(8):
        other = scene(carol, company=f"Company{number}")
        for _ in range(3):
            other.mail()
    assert queries_of(client, carol, "/deals/") == few


def test_a_deal_page_shows_emails_calls_and_meetings_in_one_timeline_newest_first(client, carol):
    globex = scene(carol)
    globex.mail("First the mail", at=days_ago(3))
    globex.call("then the call", at=days_ago(2))
    globex.call("then the meeting", kind="meeting", at=days_ago(1))
    text = page(client, carol, f"/deals/{globex.deal.pk}/")
    assert text.index("then the meeting") < text.index("then the call") < text.index("First the mail")
    assert "Decision Maker" in text


def test_a_kind_is_shown_alone_when_asked_for(client, carol):
    globex = scene(carol)
    globex.mail("the mail")
    globex.call("the call")
    text = page(client, carol, f"/deals/{globex.deal.pk}/?kind=call")
    assert "the call" in text
    assert "the mail" not in text


def test_older_entries_come_page_by_page_each_once(client, carol):
    globex = scene(carol)
    at = days_ago(2)
    words = [f"mail number {number:02}." for number in range(PAGE_SIZE + 10)]
    for word in words:
        globex.mail(word, at=at)  # all in the same second: the id decides
    address = f"/deals/{globex.deal.pk}/"
    first = page(client, carol, address)
    onward = first.split('hx-get="')[1].split('"')[0] if 'class="more"' in first else ""
    more = (
        onward.replace("&amp;", "&") if "before" in onward else first.split('href="?kind=&amp;before=')[1].split('"')[0]
    )
    before = more.split("before=")[-1]
    second = page(client, carol, f"{address}?before={before}", **{"HX-Request": "true"})
    seen = [word for word in words if word in first], [word for word in words if word in second]
    assert len(seen[0]) == PAGE_SIZE
    assert len(seen[1]) == 10
    assert not set(seen[0]) & set(seen[1])
    assert "<html" not in second


@pytest.mark.parametrize("before", ["nonsense", "2026-11-20T10:00:00Z,", ",", "9999-99-99T00:00:00Z,x", "%00"])
def test_a_broken_position_shows_the_first_page(client, carol, before):
    globex = scene(carol)
    globex.mail("the mail")
    assert "the mail" in page(client, carol, f"/deals/{globex.deal.pk}/?before={before}")


def test_quoted_text_is_folded_and_the_new_text_shown(client, carol):
    globex = scene(carol)
    globex.mail("New words.", quoted="\n\n> Old words.")
    text = page(client, carol, f"/deals/{globex.deal.pk}/")
    assert text.index("New words.") < text.index("<summary>Quoted text</summary>") < text.index("&gt; Old words.")


def test_hostile_words_stay_words(client, carol):
    globex = scene(carol)
    globex.mail("<script>alert(1)</script>", subject='"><img src=x onerror=alert(1)>')
    text = page(client, carol, f"/deals/{globex.deal.pk}/")
    assert "<script>alert" not in text
    assert "<img" not in text


def test_a_colleague_reads_as_much_as_is_shared(client, carol, dave):
    globex = scene(carol)
    globex.mail("Our floor is 40k.", subject="Pricing", detail=Detail.SUBJECT)
    globex.mail("Our floor is 40k.", subject="Secret", detail=Detail.METADATA)
    text = page(client, dave, f"/deals/{globex.deal.pk}/")
    assert "Pricing" in text
    assert "floor is 40k" not in text
    assert "Secret" not in text
    assert "Our floor" in page(client, carol, f"/deals/{globex.deal.pk}/")


@pytest.mark.parametrize("pk", [uuid4(), "1", "no-uuid", "../../etc"])
def test_an_unknown_deal_is_not_found(client, carol, pk):
    client.force_login(carol)
    assert client.get(f"/deals/{pk}/").status_code == 404


def test_another_organizations_deal_is_not_found(client, carol, mallory):
    client.force_login(mallory)
    assert client.get(f"/deals/{scene(carol).deal.pk}/").status_code == 404


def test_a_deal_page_takes_as_many_queries_for_many_mails_as_for_few(client, carol):
    globex = scene(carol)
    globex.mail()
    few = queries_of(client, carol, f"/deals/{globex.deal.pk}/")
    for _ in range(15):
        globex.mail()
        globex.call()
    assert queries_of(client, carol, f"/deals/{globex.deal.pk}/") == few


def test_a_meeting_ahead_is_the_next_one_and_neither_the_last_touch_nor_a_word_from_them(client, carol):
    globex = scene(carol)
    globex.mail(at=days_ago(20))
    globex.call(kind="meeting", at=days_ago(-9), subject="Kick-off")
    globex.call(kind="meeting", at=days_ago(-3), subject="Demo")
    globex.call(at=days_ago(-1), subject="Call back")
    row = row_of(carol, globex.deal)
    assert (row.next_at, row.last_at, row.heard_at) == tuple(
        globex.deal.engagements.get(**which).occurred_at
        for which in ({"subject": "Demo"}, {"kind": "email"}, {"kind": "email"})
    )
    assert row.is_cold
    assert [person.times for person in row.people] == [1]
    assert "will meet" in page(client, carol, f"/deals/{globex.deal.pk}/")
    assert "Meeting ahead" in page(client, carol, "/deals/")


def test_the_next_meeting_comes_first_when_sorted_by_it(carol, dave):
    scene(carol)
    scene(dave, company="Initech").call(kind="meeting", at=days_ago(-5))
    scene(dave, company="Umbrella").call(kind="meeting", at=days_ago(-2))
    found = deals_for(carol, timezone.now(), DealFilter(sort="meeting"))
    assert [each.deal.name for each in found] == ["Umbrella 2027", "Initech 2027", "Globex 2027"]


def test_a_close_date_that_went_by_is_called_overdue(client, carol):
    scene(carol, close_date=days_ago(3).date())
    scene(carol, company="Initech", close_date=days_ago(-3).date())
    assert page(client, carol, "/deals/").count("Overdue") == 1


def test_money_in_every_currency_is_in_play(client, carol):
    scene(carol, amount=100, currency="EUR")
    scene(carol, company="Initech", amount=200, currency="CHF")
    scene(carol, company="Umbrella", amount=300, currency="NOK")
    text = page(client, carol, "/deals/")
    assert all(text.count(sum_) >= 2 for sum_ in ("€100", "CHF 200", "NOK 300"))

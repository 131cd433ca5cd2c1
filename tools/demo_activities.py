"""Calls and meetings for the demo, written through the API as a dialer or a meeting tool would."""

import csv
import json
import random
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SOURCE = "demo-dialer"
_CALLS = (
    "Discovery call", "Follow-up on pricing", "Check-in before the board meeting", "Security questions",
    "Next steps on the contract", "Catch-up with the champion", "Reference call",
)  # fmt: skip
_MEETINGS = (
    "Product demo", "Kick-off", "Quarterly review", "Workshop: rollout plan", "Commercial terms",
    "Technical deep dive", "Executive introduction",
)  # fmt: skip
_NOTES = (
    "They want a pilot with one team first; decision by the end of the quarter.",
    "Budget is confirmed. Open point: single sign-on for the contractors.",
    "Asked for two references of the same size. Sending them tomorrow.",
    "Went through the proposal line by line; procurement joins next time.",
    "Champion is on leave next week, colleague steps in.",
)


def record_activities(base_url: str, *, token: str, crm: Path) -> None:
    """Post a few calls and meetings for every open opportunity, and for some of them the next meeting."""
    contacts: dict[str, list[dict[str, str]]] = {}
    for contact in _rows(crm / "contacts.csv"):
        contacts.setdefault(contact["AccountId"], []).append(contact)
    opportunities = [row for row in _rows(crm / "opportunities.csv") if row["IsClosed"].lower() != "true"]
    ids = _opportunity_ids(base_url, token)
    chance = random.Random(7)  # noqa: S311 - a demo, no secret
    for opportunity in opportunities:
        people = contacts.get(opportunity["AccountId"], [])
        if not people or opportunity["Name"] not in ids:
            continue
        for number in range(chance.randint(1, 4)):
            body = _activity(opportunity, chance.choice(people), number, chance)
            _send(base_url, token, {**body, "opportunity": ids[opportunity["Name"]]})
        if chance.random() < 0.4:  # noqa: PLR2004 - some have a date, the others are the ones to ask about
            ahead = _meeting_ahead(_activity(opportunity, chance.choice(people), len(_NOTES), chance), chance)
            _send(base_url, token, {**ahead, "opportunity": ids[opportunity["Name"]]})


def _activity(
    opportunity: dict[str, str], person: dict[str, str], number: int, chance: random.Random
) -> dict[str, object]:
    is_call = chance.random() < 0.6  # noqa: PLR2004 - somewhat more calls than meetings
    at = datetime.now(UTC) - timedelta(days=chance.uniform(0.2, 60))
    owner = opportunity["OwnerEmail"]
    address = person["Email"].split(";")[0].strip()
    return {
        "kind": "call" if is_call else "meeting",
        "source": SOURCE,
        "external_id": f"{opportunity['Id']}-{number}",
        "occurred_at": at.replace(microsecond=0).isoformat(),
        "direction": "outbound" if chance.random() < 0.7 else "inbound",  # noqa: PLR2004 - reps call more often
        "subject": chance.choice(_CALLS if is_call else _MEETINGS),
        "notes": chance.choice(_NOTES),
        "duration_seconds": chance.choice([420, 900, 1500, 1800, 2700, 3600]),
        "participants": [
            {"role": "host", "name": "", "address": owner},
            {"role": "attendee", "name": f"{person['FirstName']} {person['LastName']}", "address": address},
        ],
    }


def _meeting_ahead(activity: dict[str, object], chance: random.Random) -> dict[str, object]:
    """The same as a meeting of the coming two weeks, of which there is nothing to note down yet."""
    day = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=chance.randint(1, 14))
    at = day.replace(hour=chance.randint(8, 16)).isoformat()
    return {**activity, "kind": "meeting", "occurred_at": at, "subject": chance.choice(_MEETINGS), "notes": ""}


def _opportunity_ids(base_url: str, token: str) -> dict[str, str]:
    ids: dict[str, str] = {}
    url: str | None = f"{base_url}/api/v1/opportunities/?page_size=500"
    while url:
        page = _send_request(urllib.request.Request(url, headers={"Authorization": f"Token {token}"}))  # noqa: S310
        ids |= {row["name"]: row["id"] for row in page["results"]}
        url = page["next"]
    return ids


def _send(base_url: str, token: str, body: dict[str, object]) -> None:
    request = urllib.request.Request(  # noqa: S310 - our own loopback address
        f"{base_url}/api/v1/engagements/",
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Token {token}", "Content-Type": "application/json"},
        method="POST",
    )
    _send_request(request)


def _send_request(request: urllib.request.Request) -> Any:
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - as above
        return json.load(answer)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))

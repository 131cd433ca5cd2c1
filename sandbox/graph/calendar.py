"""`GET /me/calendarView`: meetings with customers, made from the CRM's open deals."""

from typing import Any

from sandbox.addresses import Address
from sandbox.clock import epoch_of, iso
from sandbox.corpus.crm_records import DAY, Opportunity
from sandbox.graph import errors
from sandbox.graph.exchange import GraphRequest, GraphResponse, json_response
from sandbox.identifiers import guid, immutable_id
from sandbox.tenant import Tenant

_HOUR = 3600
_EVERY_DAYS = 9
_TOPICS = ("Discovery call", "Demo", "Security questions", "Pricing", "Contract review", "Kickoff")


def calendar_view(tenant: Tenant, request: GraphRequest) -> GraphResponse:
    """Events between `startDateTime` and `endDateTime`, oldest first."""
    try:
        start = epoch_of(request.query["startDateTime"])
        end = epoch_of(request.query["endDateTime"])
    except (KeyError, ValueError):
        raise errors.bad_request("This request requires a time window: startDateTime and endDateTime.") from None
    events = [event for event in _events(tenant, request) if start <= event["_at"] < end]
    events.sort(key=lambda event: int(event["_at"]))
    top = int(request.query.get("$top", "10"))
    skip = int(request.query.get("$skip", "0"))
    body: dict[str, Any] = {
        "value": [
            {name: value for name, value in event.items() if name != "_at"} for event in events[skip : skip + top]
        ]
    }
    if skip + top < len(events):
        asked = "&".join(f"{name}={value}" for name, value in request.query.items() if name != "$skip")
        body["@odata.nextLink"] = f"{tenant.urls['graph_url']}/me/calendarView?{asked}&$skip={skip + top}"
    return json_response(body)


def _events(tenant: Tenant, request: GraphRequest) -> list[dict[str, Any]]:
    owner = request.mailbox.person
    deals = [deal for deal in tenant.corpus.crm.opportunities if deal.account.owner is owner]
    events = []
    for number, deal in enumerate(deals):
        at = deal.created_at - deal.created_at % DAY + (9 + number % 7) * _HOUR
        for meeting in range(_EVERY_DAYS):
            moment = at + meeting * _EVERY_DAYS * DAY
            if moment > tenant.base + 14 * DAY:
                break
            events.append(_event(tenant, deal, moment, _TOPICS[meeting % len(_TOPICS)], meeting))
    return events


def _event(tenant: Tenant, deal: Opportunity, at: int, topic: str, number: int) -> dict[str, Any]:
    owner = deal.account.owner
    people = [contact.address for contact, _ in deal.roles]
    attendees = [_attendee(person) for person in (owner.address, *people)]
    return {
        "_at": at,
        "@odata.type": "#microsoft.graph.event",
        "id": immutable_id(tenant.options.seed, "event", deal.id, number),
        "iCalUId": guid("event", deal.id, number),
        "subject": f"{topic}: {deal.account.company.name}",
        "start": {"dateTime": _local(at), "timeZone": "UTC"},
        "end": {"dateTime": _local(at + _HOUR), "timeZone": "UTC"},
        "isCancelled": False,
        "isAllDay": False,
        "sensitivity": "normal",
        "showAs": "busy",
        "isOrganizer": True,
        "organizer": {"emailAddress": {"name": owner.name, "address": owner.email}},
        "attendees": attendees,
        "type": "singleInstance",
    }


def _attendee(person: Address) -> dict[str, Any]:
    return {
        "type": "required",
        "status": {"response": "accepted"},
        "emailAddress": {"name": person.name, "address": person.address},
    }


def _local(epoch: int) -> str:
    return iso(epoch).removesuffix("Z") + ".0000000"

"""Examples that the API's description shows."""

from drf_spectacular.utils import OpenApiExample

CALL = OpenApiExample(
    "A call",
    value={
        "kind": "call",
        "source": "dialer",
        "external_id": "call-4711",
        "occurred_at": "2026-11-20T10:00:00Z",
        "direction": "outbound",
        "subject": "Follow-up on pricing",
        "notes": "They want a pilot with one team first.",
        "duration_seconds": 900,
        "participants": [
            {"role": "host", "name": "Rep", "address": "rep@acme.example"},
            {"role": "attendee", "name": "Jane", "address": "jane@globex.example"},
        ],
        "opportunity": None,
    },
    request_only=True,
)

CORRECTION = OpenApiExample(
    "Another opportunity", value={"opportunity": "01937e0a-0000-7000-8000-000000000001"}, request_only=True
)

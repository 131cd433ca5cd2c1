"""A trip to Microsoft and back, whatever it is for: begun here, answered across sites, finished on our own.

    begin ──▶ authority ──cross-site POST, without our session──▶ accept_answer     encrypted on the flow
                                                                     │ a page of our own leads on
       redeemed ◀── take ◀── GET ?flow=…, with our session ◀─────────┘
                     └─ must be the person, or the browser, that began; else the flow is burnt

The first answer to a flow is the only one, and only who sent it learns the flow's id: somebody who lures a colleague
to Microsoft with a state of the own can neither read nor finish what comes back.
"""

import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.domain.sign_in import SignInRefused
from accounts.domain.vocabulary import FlowPurpose
from accounts.microsoft.aadsts import sign_in_error
from accounts.microsoft.identity import Identity, Redeemed
from accounts.models import ConsentGrant, SignInFlow, User
from core.db.fields import sealed_in
from core.db.unit_of_work import unit_of_work
from core.encryption import UnreadableSecret
from core.hashing import hash_of

FLOW_LIFE = timedelta(minutes=15)
"""Longer than Microsoft's code lives (ten minutes), short enough to be of no use to a finder."""

_ANSWER_FIELDS = ("code", "state", "client_info", "error", "error_description", "error_uri", "suberror")
_LONGEST_ANSWER = 16_000


def begin(
    *,
    purpose: FlowPurpose,
    asked: Mapping[str, Any],
    user: User | None,
    browser: str = "",
    consent: ConsentGrant | None = None,
    now: datetime,
) -> str:
    """Remember MSAL's flow `asked`; the address where it goes on.

    `browser` is a secret that the session of who began holds; empty where the flow is bound to the person alone.
    """

    def remember() -> None:
        SignInFlow.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
        SignInFlow.objects.create(
            purpose=purpose,
            user=user,
            browser_hash=hash_of(browser) if browser else "",
            consent=consent,
            state_hash=hash_of(asked["state"]),
            flow=json.dumps(asked),
            expires_at=now + FLOW_LIFE,
        )

    unit_of_work(remember)
    return str(asked["auth_uri"])


def accept_answer(state: str, params: Mapping[str, str], *, now: datetime | None = None) -> SignInFlow:
    """Keep Microsoft's answer, encrypted, until the browser proves whose it is. Knows no session: anybody may call.

    Raises SignInRefused where no open flow has this state, or it has an answer already.
    """
    now = now or timezone.now()
    answer = {name: params[name][:_LONGEST_ANSWER] for name in _ANSWER_FIELDS if params.get(name)}
    flow = SignInFlow.objects.filter(state_hash=hash_of(state)).first()
    if not state or flow is None:
        raise SignInRefused("state_unknown", "Microsoft's answer belongs to no sign-in that was begun here.")
    _require_open(flow, now)
    flow.answer = json.dumps(answer)
    kept = sealed_in(flow, answer=flow.answer)
    is_first = SignInFlow.objects.filter(pk=flow.pk, used_at=None, answer="").update(**kept)
    if not is_first:
        raise SignInRefused("answered_already", "This sign-in was answered once already.")
    return flow


def find_flow(flow_id: str) -> SignInFlow:
    """The flow with that id; raises SignInRefused where there is none."""
    try:
        return SignInFlow.objects.select_related("user__organization").get(pk=UUID(flow_id))
    except (ValueError, SignInFlow.DoesNotExist):
        raise SignInRefused("flow_unknown", "There is no such sign-in.") from None


def take(flow: SignInFlow, purpose: FlowPurpose, *, user: User | None, browser: str = "", now: datetime) -> None:
    """Use the flow up, whoever asks: a wrong person's attempt must not leave it usable.

    Raises SignInRefused unless it is open, for `purpose`, and was begun by `user` and in this browser.
    """
    _require_open(flow, now)
    if not SignInFlow.objects.filter(pk=flow.pk, used_at=None).update(used_at=now, answer="", flow=""):
        raise SignInRefused("used_already", "This sign-in was completed already, or it was refused.")
    is_this_browser = not flow.browser_hash or hmac.compare_digest(flow.browser_hash, hash_of(browser))
    if flow.purpose != purpose or flow.user_id != (user.pk if user else None) or not is_this_browser:
        raise SignInRefused(
            "begun_by_another",
            "This sign-in was begun by another person or in another browser, so it was not completed.",
            "If somebody sent you the link, do not use it; begin from your own page.",
        )


def redeem(flow: SignInFlow) -> Redeemed:
    """Exchange the answer of a flow that was just taken; raises SignInRefused or the error tree."""
    begun, answer = _opened(flow)
    if "error" in answer:
        raise sign_in_error(answer)
    return Identity().redeem(begun, answer)


def _opened(flow: SignInFlow) -> tuple[dict[str, Any], dict[str, str]]:
    try:
        return json.loads(flow.flow), json.loads(flow.answer or "{}")
    except UnreadableSecret as error:
        raise SignInRefused(
            "unreadable",
            "What was kept of this sign-in cannot be read.",
            "Start anew; tell your operator if it recurs.",
        ) from error


def _require_open(flow: SignInFlow, now: datetime) -> None:
    if flow.used_at is not None:
        raise SignInRefused("used_already", "This sign-in was completed already, or it was refused.")
    if flow.expires_at <= now:
        raise SignInRefused("expired", "This sign-in took longer than a quarter of an hour.")

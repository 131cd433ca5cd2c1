"""The two consent links of an organization's admin: what each asks Microsoft for, and what an answer says (F1).

"Grant access to Mailbox"                     User.Read Mail.Read
"Grant access to all recommended resources"   User.Read Mail.Read Calendars.Read
"""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.domain.vocabulary import ConsentKind, ConsentState

LINK_TEXT = {
    ConsentKind.MAILBOX: "Grant access to Mailbox",
    ConsentKind.ALL_RECOMMENDED: "Grant access to all recommended resources",
}
PURPOSE = {
    ConsentKind.MAILBOX: "Read the mail of the people who switch on email import. Nothing can be changed or sent.",
    ConsentKind.ALL_RECOMMENDED: (
        "Mailbox access, and permission to read calendars. No calendar is read yet: there is no switch for it."
    ),
}
SCOPES = {
    ConsentKind.MAILBOX: ("User.Read", "Mail.Read"),
    ConsentKind.ALL_RECOMMENDED: ("User.Read", "Mail.Read", "Calendars.Read"),
}

_DECLINED_ERRORS = frozenset({"access_denied", "permission_denied", "consent_required"})
_GRAPH = "https://graph.microsoft.com/"


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """What Microsoft said, as far as a browser can be believed: `error` and `description` are empty for a consent."""

    state: ConsentState
    scopes: str = ""
    error: str = ""
    description: str = ""


def read_answer(kind: ConsentKind, params: Mapping[str, str]) -> ConsentAnswer:
    """The answer in a consent callback's query; a consent that lacks one of the scopes asked for is none.

    An error is looked at first: a cancelled consent may still say admin_consent=True (azure-docs#114009).
    """
    error, description = params.get("error", "")[:60], params.get("error_description", "")[:1000]
    if error:
        is_declined = error in _DECLINED_ERRORS or "AADSTS65004" in description
        state = ConsentState.DECLINED if is_declined else ConsentState.FAILED
        return ConsentAnswer(state, error=error, description=description)
    if params.get("admin_consent", "").lower() != "true":
        return ConsentAnswer(ConsentState.FAILED, error="no_answer", description="Microsoft did not confirm a consent.")
    scopes = params.get("scope") or " ".join(SCOPES[kind])
    granted = {scope.casefold().removeprefix(_GRAPH) for scope in scopes.split()}
    missing = [scope for scope in SCOPES[kind] if scope.casefold() not in granted]
    if missing:
        lacking = f"Microsoft confirmed the consent without {', '.join(missing)}."
        return ConsentAnswer(ConsentState.FAILED, scopes=scopes[:2000], error="scope_missing", description=lacking)
    return ConsentAnswer(ConsentState.ANSWERED, scopes[:2000])

"""What an admin may not do to the own login: nobody locks themselves out of the console."""

from accounts.domain.vocabulary import Role


def refusals_of_own_change(*, role: str, is_active: bool) -> dict[str, str]:
    """Why an admin may not give the own login this role and state, a sentence by field; empty where they may."""
    refusals = {}
    if role != Role.ADMIN:
        refusals["role"] = "You cannot take the admin role from yourself: ask another admin."
    if not is_active:
        refusals["is_active"] = "You cannot deactivate yourself: ask another admin."
    return refusals


def refusal_of_no_passwords(*, is_linked: bool) -> str:
    """Why an admin may not switch passwords off for the organization; empty where a Microsoft account is linked."""
    if is_linked:
        return ""
    return "Link your own Microsoft account on your profile first, or you could not come back."

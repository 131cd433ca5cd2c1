"""Why an engagement stands under its deal, in words (F25)."""

from timeline.domain.vocabulary import AssignmentRule as Rule

_SENTENCES = {
    Rule.PINNED: "A colleague filed this conversation here. Mail that follows in it stays here.",
    Rule.LEARNED: "A colleague decided that what is exchanged with somebody in it belongs to this deal.",
    Rule.CONTACT_ROLE: "A person in it has a role in this deal.",
    Rule.OWNER_PRIORITY: "Several open deals fit; this is the one that our person in it owns.",
    Rule.MOST_RECENTLY_UPDATED_OPEN: "Several open deals fit; this one was updated last in the CRM.",
    Rule.MOST_RECENTLY_CREATED_OPEN: "Several open deals fit; this one was created last.",
    Rule.MOST_RECENTLY_UPDATED: "Several deals fit; this one was updated last in the CRM.",
    Rule.OLDEST_CREATED_OPEN: "Several open deals fit; this one is the oldest.",
    Rule.RECENTLY_CLOSED: "No open deal fits; this one was open then, or had closed only a short while before.",
    Rule.GIVEN: "Whoever recorded it named this deal.",
    Rule.NO_OPPORTUNITY: "No deal with this customer fitted, so it stands on the customer's record alone.",
}

_ALONE = {
    Rule.MOST_RECENTLY_UPDATED_OPEN: "It was the only open deal with this customer.",
    Rule.MOST_RECENTLY_CREATED_OPEN: "It was the only open deal with this customer.",
    Rule.MOST_RECENTLY_UPDATED: "It was the only deal with this customer.",
    Rule.OLDEST_CREATED_OPEN: "It was the only open deal with this customer.",
}
"""Where the organization's rule had one deal to choose from."""

_PINNED_NOWHERE = "A colleague took this conversation off every deal. Mail that follows in it stays off, too."


def why_here(rule: str, *, has_opportunity: bool, is_certain: bool) -> str:
    """The rule that decided, as a sentence."""
    if rule == Rule.PINNED and not has_opportunity:
        return _PINNED_NOWHERE
    if is_certain and rule in _ALONE:
        return _ALONE[Rule(rule)]
    return _SENTENCES[Rule(rule)]

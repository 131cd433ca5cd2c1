"""What a person is refused, each raised with the sentence that tells them why and what to do."""


class OnHold(Exception):
    """A legal hold covers it."""


class NotAllowed(Exception):
    """This person may not do that."""


class ForeignOpportunity(Exception):
    """The opportunity belongs to another organization than what is to stand under it."""

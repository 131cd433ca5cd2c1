"""Refusals that the framework has no name for. Imports little: the settings name a parser that raises one of these."""

from http import HTTPStatus

from rest_framework import exceptions


class Conflict(exceptions.APIException):
    """The request is well formed, but what stands here forbids it."""

    status_code = HTTPStatus.CONFLICT
    default_detail = "This conflicts with what is recorded."
    default_code = "conflict"


class Gone(exceptions.APIException):
    """What is written was deleted before, and stays deleted."""

    status_code = HTTPStatus.GONE
    default_detail = "This was deleted and is not recorded again."
    default_code = "gone"


class TooLarge(exceptions.APIException):
    """The body is longer than is read."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."
    default_code = "too_large"


class SecretUnreadable(exceptions.APIException):
    """A secret that this needs cannot be read: the operator's to mend."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "A secret stored here cannot be read, so this cannot be done. The operator was told."
    default_code = "unreadable_secret"

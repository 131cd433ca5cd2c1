"""The Graph client of a mailbox: its owner's tokens, the process's connections, the configured address."""

from collections.abc import Callable

from django.conf import settings

from accounts.domain.vocabulary import ConnectionState
from accounts.microsoft.session import graph_pool
from accounts.models import MicrosoftConnection
from accounts.services.tokens import NOT_CONNECTED, token_provider
from core.http.errors import ReauthenticationNeeded
from mailsync.graph.client import GraphClient
from mailsync.graph.patience import Patience
from mailsync.graph.wire import Tokens
from mailsync.models import Mailbox


def graph_client_for(
    mailbox: Mailbox, *, gate: Callable[[Tokens], Tokens] | None = None, waiting: float = 0.0
) -> GraphClient:
    """A client that reads `mailbox`; raises ReauthenticationNeeded where its owner is not connected.

    `gate` may stand before the tokens: a sync's refuses them once import is switched off. `waiting` are the seconds
    that it may wait in all where Microsoft asks for it. Costs no request, and no
    query where `user__microsoft_connection` was selected with the mailbox.
    """
    connection = connection_of(mailbox)
    if connection.state == ConnectionState.DISCONNECTED:
        raise _not_connected()
    tokens: Tokens = token_provider(connection)
    gated = gate(tokens) if gate else tokens
    return GraphClient(settings.MICROSOFT_GRAPH_URL, gated, graph_pool(), patience=Patience(waiting))


def connection_of(mailbox: Mailbox) -> MicrosoftConnection:
    """The owner's connection; raises ReauthenticationNeeded where there is none."""
    try:
        return mailbox.user.microsoft_connection
    except MicrosoftConnection.DoesNotExist:
        raise _not_connected() from None


def _not_connected() -> ReauthenticationNeeded:
    return ReauthenticationNeeded(NOT_CONNECTED, sentence="Microsoft 365 is not connected.")

"""The Graph client of a mailbox: its owner's tokens, the process's connections, the configured address."""

from collections.abc import Callable

from django.conf import settings

from accounts.encryption import UnreadableSecret
from accounts.microsoft.errors import Misconfigured, ReauthenticationNeeded
from accounts.microsoft.session import graph_pool
from accounts.models import MicrosoftConnection
from accounts.services.tokens import NOT_CONNECTED, token_provider
from mailsync.graph.client import GraphClient
from mailsync.graph.wire import Tokens
from mailsync.models import Mailbox


def graph_client_for(mailbox: Mailbox, *, gate: Callable[[Tokens], Tokens] | None = None) -> GraphClient:
    """A client that reads `mailbox`; raises ReauthenticationNeeded where its owner never connected Microsoft 365.

    `gate` may stand before the tokens: a sync's refuses them once import is switched off. Costs no request, and no
    query where `user__microsoft_connection` was selected with the mailbox.
    """
    tokens: Tokens = token_provider(connection_of(mailbox))
    return GraphClient(settings.MICROSOFT_GRAPH_URL, gate(tokens) if gate else tokens, graph_pool())


def connection_of(mailbox: Mailbox) -> MicrosoftConnection:
    """The owner's connection; raises the error tree where there is none or its tokens cannot be decrypted."""
    try:
        return mailbox.user.microsoft_connection
    except MicrosoftConnection.DoesNotExist:
        raise ReauthenticationNeeded(NOT_CONNECTED, sentence="Microsoft 365 is not connected.") from None
    except UnreadableSecret as error:
        raise Misconfigured(
            "UnreadableSecret",
            sentence="The stored sign-in cannot be decrypted: its key is missing from FIELD_ENCRYPTION_KEYS.",
            next_step="The operator has to add the key again, or every person has to connect again.",
        ) from error

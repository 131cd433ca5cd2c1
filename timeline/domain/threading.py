"""Conversations as connected parts of a graph of Message-IDs, so that any order of arrival gives the same ones.

    mail C ──references──▶ <b> ──┐            a node is a hash: a mail's own key, a Message-ID it refers to,
    mail B ──is──▶ <b>           ├─ one       or a conversationIndex within one customer and subject
         └───references──▶ <a> ──┘ conversation
    mail D ──is──▶ <d>             another, until a late mail refers to both: then the younger joins the older

After the idea of JWZ's threading (www.jwz.org/doc/threading.html), with two differences. A mail may come before its
parents, so every reference is a node of its own and remembered. And a subject never joins anything: mail without
headers (what Graph shows of sent mail) is tied by the GUID of its conversationIndex (MS-OXOMSG 2.2.1.3), and only to
mail that has a customer and the subject in common, because templates and resent mail carry a GUID elsewhere.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from core.hashing import hash_of
from timeline.domain.email import ComposedEmail
from timeline.domain.identity import reference_hash, subject_core

MOST_OLDEST_REFERENCES = 20
MOST_NEWEST_REFERENCES = 80
"""A hostile mail may name thousands. The root and the nearest parents are what joins."""


@dataclass(frozen=True, slots=True)
class ThreadedMail:
    """What threading reads of a mail: `key` is its message key, `references` its parents' normalized Message-IDs.

    `thread_index` is the conversationIndex's GUID or empty, `customers` the normalized addresses that matched.
    """

    key: str
    references: tuple[str, ...] = ()
    thread_index: str = ""
    subject: str = ""
    customers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NewConversation:
    """Stands for a conversation that the caller makes; equal tokens of one plan are one conversation."""

    token: int


Place = UUID | NewConversation


@dataclass(frozen=True, slots=True)
class Join:
    """Everything of `absorbed` goes to `survivor`, the older of the two."""

    survivor: UUID
    absorbed: UUID


@dataclass(frozen=True, slots=True)
class ThreadPlan:
    """Where each mail stands (by key), which reference hashes to remember, and which conversations become one."""

    conversations: Mapping[str, Place] = field(default_factory=dict)
    references: Mapping[str, Place] = field(default_factory=dict)
    joins: tuple[Join, ...] = ()


def threaded(email: ComposedEmail, key: str | None = None) -> ThreadedMail:
    """A composed mail as threading sees it; `key` where recording gave it another than `email.message_key`."""
    parents = email.references
    if email.in_reply_to and email.in_reply_to not in parents:
        parents = (*parents, email.in_reply_to)
    customers = frozenset(email.match.parties) | frozenset(email.match.accounts)
    return ThreadedMail(key or email.message_key, parents, email.thread_index, email.subject, customers)


def link_hashes(mail: ThreadedMail) -> tuple[str, ...]:
    """Every node that the mail ties together, its own first: what to look up before `plan_threads`.

    A mail's key is the hash of its Message-ID, so that a reference and the mail it names are one node. A mail under a
    reused Message-ID has a key of its own and does not answer to the id.
    """
    parents = mail.references
    if len(parents) > MOST_OLDEST_REFERENCES + MOST_NEWEST_REFERENCES:
        parents = parents[:MOST_OLDEST_REFERENCES] + parents[-MOST_NEWEST_REFERENCES:]
    nodes = [mail.key, *map(reference_hash, parents), *_index_nodes(mail)]
    return tuple(dict.fromkeys(nodes))


def plan_threads(mails: Sequence[ThreadedMail], known: Mapping[str, UUID]) -> ThreadPlan:
    """Place `mails`, given the conversations that their `link_hashes` are known to belong to.

    A copy of a mail that is already recorded may be among them: its mailbox's conversationIndex is then remembered
    too. The survivor of a join is the conversation with the smallest id, the oldest where ids are UUIDv7.
    """
    links = [link_hashes(mail) for mail in mails]
    graph = _Graph()
    conversations: dict[str, set[UUID]] = {}
    for nodes in links:
        graph.tie(nodes)
    # Two nodes of different parts may be known to stand in one conversation: that ties the parts.
    graph.tie_alike(known)
    for node, conversation in known.items():
        if node in graph:
            conversations.setdefault(graph.root(node), set()).add(conversation)

    places: dict[str, Place] = {}
    for mail in mails:
        root = graph.root(mail.key)
        if root not in places:
            found = conversations.get(root)
            places[root] = min(found) if found else NewConversation(len(places))
    return ThreadPlan(
        conversations={mail.key: places[graph.root(mail.key)] for mail in mails},
        references={node: places[graph.root(node)] for nodes in links for node in nodes if node not in known},
        joins=tuple(
            Join(survivor=min(found), absorbed=other) for found in conversations.values() for other in sorted(found)[1:]
        ),
    )


def _index_nodes(mail: ThreadedMail) -> Iterable[str]:
    """One node a customer: two mails meet only where a customer takes part in both."""
    if not mail.thread_index:
        return
    core = subject_core(mail.subject)
    for customer in sorted(mail.customers):
        yield hash_of("conversation-index", mail.thread_index.casefold(), customer, core)


class _Graph:
    """Disjoint sets of nodes, with path halving."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def __contains__(self, node: str) -> bool:
        return node in self._above

    def root(self, node: str) -> str:
        above = self._above
        above.setdefault(node, node)
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    def tie(self, nodes: Sequence[str]) -> None:
        first = self.root(nodes[0])
        for node in nodes[1:]:
            self._above[self.root(node)] = first

    def tie_alike(self, known: Mapping[str, UUID]) -> None:
        first_of: dict[UUID, str] = {}
        for node, conversation in known.items():
            if node in self:
                first = first_of.setdefault(conversation, node)
                self._above[self.root(node)] = self.root(first)

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

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.hashing import hash_of
from timeline.domain.email import ComposedEmail
from timeline.domain.identity import reference_hash
from timeline.domain.subjects import subject_core

MOST_OLDEST_REFERENCES = 20
MOST_NEWEST_REFERENCES = 80
"""A hostile mail may name thousands. The root and the nearest parents are what joins."""


@dataclass(frozen=True, slots=True)
class ThreadPlan:
    """Where each mail stands, by its own node; which nodes to remember; and what goes into an older conversation.

    `joined` are those that are no more, by the one that has taken them in.
    """

    conversations: Mapping[str, UUID]
    references: Mapping[str, UUID]
    joined: Mapping[UUID, Sequence[UUID]]


def links_of(email: ComposedEmail, key: str | None = None) -> tuple[str, ...]:
    """Every node that a mail ties together, its own first; `key` where recording gave it another than its message key.

    A mail's key is the hash of its Message-ID, so that a reference and the mail it names are one node. A mail under a
    reused Message-ID has a key of its own and does not answer to the id. A conversationIndex is one node a customer:
    two mails meet only where a customer takes part in both.
    """
    parents = email.references
    if email.in_reply_to and email.in_reply_to not in parents:
        parents = (*parents, email.in_reply_to)
    if len(parents) > MOST_OLDEST_REFERENCES + MOST_NEWEST_REFERENCES:
        parents = parents[:MOST_OLDEST_REFERENCES] + parents[-MOST_NEWEST_REFERENCES:]
    nodes = [key or email.message_key, *map(reference_hash, parents)]
    if email.thread_index:
        index, core = email.thread_index.casefold(), subject_core(email.subject)
        customers = sorted({*email.match.parties, *email.match.accounts})
        nodes += [hash_of("conversation-index", index, customer, core) for customer in customers]
    return tuple(dict.fromkeys(nodes))


def plan_threads(links: Sequence[Sequence[str]], known: Mapping[str, UUID], new_id: Callable[[], UUID]) -> ThreadPlan:
    """Place mails, given the nodes that each ties and the conversations that these are `known` to belong to.

    A copy of a mail that is already recorded may be among them: its mailbox's conversationIndex is then remembered
    too. What goes on in no conversation begins one, under a `new_id`. The survivor of a join is the conversation with
    the smallest id, the oldest where ids are UUIDv7.
    """
    above: dict[str, str] = {}

    def root(node: str) -> str:  # disjoint sets, with path halving
        above.setdefault(node, node)
        while above[node] != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    for nodes in links:
        for node in nodes:
            above[root(node)] = root(nodes[0])
    first_of: dict[UUID, str] = {}
    for node, conversation in known.items():  # nodes of different parts may stand in one conversation: that ties these
        above[root(node)] = root(first_of.setdefault(conversation, node))
    found: dict[str, set[UUID]] = defaultdict(set)
    for node, conversation in known.items():
        found[root(node)].add(conversation)
    places = {part: min(some) for part, some in found.items()}
    for own, *_ in links:
        if root(own) not in places:
            places[root(own)] = new_id()
    return ThreadPlan(
        conversations={own: places[root(own)] for own, *_ in links},
        references={node: places[root(node)] for nodes in links for node in nodes if node not in known},
        joined={min(some): sorted(some)[1:] for some in found.values() if len(some) > 1},
    )


def earliest(mails: Iterable[tuple[datetime, str]]) -> tuple[datetime, str]:
    """Beginning and subject of a conversation: the earliest mail's, of two in one second the one that sorts first."""
    return min(mails)

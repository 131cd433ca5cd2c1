"""The search document of an engagement, and the index that it lies in.

The words in it are folded already (timeline.domain.words), by the same function that folds a search, so the analyzer
only splits at spaces: no language is favoured, and the database finds the same. What the document says about readers
mirrors timeline/visibility.py. The words are indexed and not stored: nothing of a mail can be read back.
"""

import zlib
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django_elasticsearch_dsl import Document, fields
from django_elasticsearch_dsl.registries import registry
from elasticsearch.dsl import MetaField, analyzer

from timeline.models import Engagement, SearchText

ALIAS = f"{settings.ELASTICSEARCH_INDEX_PREFIX}-engagements"
FOLDED_WORDS = analyzer("folded_words", type="custom", tokenizer="whitespace")
LONGEST_PREFIX = 19
WORD_FIELDS = ("people", "subject", "body", "folded")


def _words() -> fields.TextField:
    """Text of folded words; the beginnings of words are indexed too, so that a prefix is one lookup."""
    return fields.TextField(
        analyzer=FOLDED_WORDS, norms=False, index_prefixes={"min_chars": 1, "max_chars": LONGEST_PREFIX}
    )


def stamp_of(engagement_id: UUID, changed_at: datetime) -> int:
    """What the sum over a slice of documents is compared by: 32 bits of the row's id and time of change."""
    return zlib.crc32(f"{engagement_id} {int(changed_at.timestamp() * 1_000_000)}".encode())


@registry.register_document
class EngagementDocument(Document):  # type: ignore[misc]  # the library has no types
    """One engagement; `readers` are the users who took part in it or hold it."""

    organization = fields.KeywordField()
    kind = fields.KeywordField()
    direction = fields.KeywordField()
    occurred_at = fields.DateField()
    sequence = fields.KeywordField()
    owner = fields.KeywordField()
    account = fields.KeywordField()
    opportunity = fields.KeywordField()
    conversation = fields.KeywordField()
    addresses = fields.KeywordField()
    visibility = fields.KeywordField()
    detail = fields.KeywordField()
    readers = fields.KeywordField()
    is_hidden = fields.BooleanField()
    stamp = fields.LongField()
    people = _words()
    subject = _words()
    body = _words()
    folded = _words()

    class Index:
        name = ALIAS
        settings: ClassVar[dict[str, Any]] = {
            "number_of_shards": 1,
            "auto_expand_replicas": "0-1",
            "refresh_interval": "1s",
            # A write that was overtaken by a deletion is known as such for this long.
            "gc_deletes": "1h",
        }

    class Django:
        model = Engagement

    class Meta:
        dynamic = MetaField("strict")
        source = MetaField(excludes=list(WORD_FIELDS))

    def prepare_organization(self, row: Engagement) -> str:
        return str(row.organization_id)

    def prepare_sequence(self, row: Engagement) -> str:
        return str(row.pk)

    def prepare_owner(self, row: Engagement) -> str | None:
        return _text(row.owner_id)

    def prepare_account(self, row: Engagement) -> str | None:
        return _text(row.account_id)

    def prepare_opportunity(self, row: Engagement) -> str | None:
        return _text(row.opportunity_id)

    def prepare_conversation(self, row: Engagement) -> str | None:
        return _text(row.conversation_id)

    def prepare_addresses(self, row: Engagement) -> list[str]:
        return sorted({person.address for person in row.participants.all()})

    def prepare_readers(self, row: Engagement) -> list[str]:
        users = {person.user_id for person in row.participants.all()}
        users |= {copy.user_id for copy in row.copies.all() if copy.gives_rights}
        return sorted(str(user) for user in users if user is not None)

    def prepare_is_hidden(self, row: Engagement) -> bool:
        return row.hidden_at is not None

    def prepare_stamp(self, row: Engagement) -> int:
        return stamp_of(row.pk, row.changed_at)

    def prepare_people(self, row: Engagement) -> str:
        return _search_text(row).people

    def prepare_subject(self, row: Engagement) -> str:
        return _search_text(row).subject

    def prepare_body(self, row: Engagement) -> str:
        return _search_text(row).body

    def prepare_folded(self, row: Engagement) -> str:
        return _search_text(row).folded


def _text(identifier: UUID | None) -> str | None:
    return None if identifier is None else str(identifier)


def _search_text(row: Engagement) -> SearchText:
    found: SearchText | None = getattr(row, "search_text", None)
    return found if found is not None else SearchText()

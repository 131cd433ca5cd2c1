"""What lists of engagements and conversations can be narrowed by."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet

from core.api.filters import AddressFilter, MomentFilter, StrictBooleanFilter
from timeline.domain.vocabulary import Direction, Kind
from timeline.models import Association, Conversation, Engagement, Participant
from timeline.search import search_engagements
from timeline.selectors import engagements_for


class EngagementFilters(django_filters.FilterSet):
    """Every filter narrows: those given together must all hold."""

    kind = django_filters.ChoiceFilter(choices=[(kind.value, kind.value) for kind in Kind])
    direction = django_filters.ChoiceFilter(choices=[(way.value, way.value) for way in Direction])
    account = django_filters.UUIDFilter(method="on_record", help_text="Everything that concerns this account.")
    contact = django_filters.UUIDFilter(method="on_record", help_text="Everything that concerns this contact.")
    lead = django_filters.UUIDFilter(method="on_record", help_text="Everything that concerns this lead.")
    opportunity = django_filters.UUIDFilter(help_text="An opportunity's id.")
    owner = django_filters.UUIDFilter(help_text="The owner's id.")
    conversation = django_filters.UUIDFilter(help_text="A conversation's id.")
    participant = AddressFilter(method="with_participant", help_text="An address that takes part, in any role.")
    occurred_after = MomentFilter(field_name="occurred_at", lookup_expr="gte", help_text="At this time or later.")
    occurred_before = MomentFilter(field_name="occurred_at", lookup_expr="lt", help_text="Before this time.")
    certain = StrictBooleanFilter(
        field_name="assignment_certain", help_text="false: what the rule was not sure of, to be reviewed."
    )
    search = django_filters.CharFilter(
        method="with_words", max_length=500, help_text="Words in the subject, the text, or a participant's name."
    )

    class Meta:
        model = Engagement
        fields: list[str] = []

    def on_record(self, queryset: QuerySet[Engagement], name: str, value: object) -> QuerySet[Engagement]:
        concerns = Q(pk__in=Association.objects.filter(**{name: value}).values("engagement"))
        return queryset.filter(concerns | Q(account=value) if name == "account" else concerns)

    def with_participant(self, queryset: QuerySet[Engagement], _name: str, value: str) -> QuerySet[Engagement]:
        return queryset.filter(pk__in=_taking_part(self.request.user.organization_id, value))

    def with_words(self, queryset: QuerySet[Engagement], _name: str, value: str) -> QuerySet[Engagement]:

        return queryset.filter(pk__in=search_engagements(self.request.user, value).engagements.order_by().values("pk"))


class ConversationFilters(django_filters.FilterSet):
    """By what one of its mails concerns, among those that the caller may read."""

    account = django_filters.UUIDFilter(method="with_mail", help_text="A mail concerns this account.")
    opportunity = django_filters.UUIDFilter(method="with_mail", help_text="A mail stands under this opportunity.")
    participant = AddressFilter(method="with_mail", help_text="An address that takes part in a mail.")

    class Meta:
        model = Conversation
        fields: list[str] = []

    def with_mail(self, queryset: QuerySet[Conversation], name: str, value: object) -> QuerySet[Conversation]:
        mails = engagements_for(self.request.user)
        if name == "participant":
            mails = mails.filter(pk__in=_taking_part(self.request.user.organization_id, str(value)))
        else:
            mails = mails.filter(**{name: value})
        return queryset.filter(pk__in=mails.order_by().values("conversation"))


def _taking_part(organization: UUID, address: str) -> QuerySet[Participant, Any]:
    """The engagements in which an address takes part; the index begins with the organization."""
    return Participant.objects.filter(organization=organization, address=address).values("engagement")

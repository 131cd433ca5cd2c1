"""Emails, calls and meetings: what all have, what emails have, whose mailboxes hold them, who takes part."""

from django.db import models

from accounts.domain.vocabulary import Detail, Visibility
from accounts.models import Organization, User
from core.db.fields import choices
from core.ids import new_id
from crm.models import Account, Contact, Lead, Opportunity
from timeline.domain.vocabulary import AssignmentRule, Direction, Kind, ParticipantRole
from timeline.models.conversations import Conversation


class Engagement(models.Model):
    """An email, call or meeting with a customer."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="engagements")
    kind = models.CharField(max_length=10, choices=choices(Kind))
    source = models.CharField(max_length=40, help_text="Who recorded it: microsoft, api, or a producer's own name.")
    external_id = models.CharField(max_length=191, help_text="Its id at the source; an email's message key.")
    occurred_at = models.DateTimeField()
    direction = models.CharField(max_length=10, choices=choices(Direction), blank=True)
    subject = models.TextField(blank=True)
    notes = models.TextField(blank=True, help_text="Of a call or meeting.")
    duration_seconds = models.PositiveIntegerField(null=True, blank=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, null=True, blank=True, related_name="engagements"
    )
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="owned_engagements")
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="engagements")
    reported_account = models.ForeignKey(
        Account,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="What the report of a call or meeting named.",
    )
    opportunity = models.ForeignKey(
        Opportunity, on_delete=models.SET_NULL, null=True, blank=True, related_name="engagements"
    )
    assignment_rule = models.CharField(
        max_length=40, choices=choices(AssignmentRule), default=AssignmentRule.NO_OPPORTUNITY
    )
    assignment_certain = models.BooleanField(default=True)
    assignment_candidates = models.JSONField(default=list, blank=True, help_text="Opportunity ids, best first.")
    visibility = models.CharField(
        max_length=40,
        choices=choices(Visibility),
        default=Visibility.EVERYONE,
        help_text="The widest of its copies'.",
    )
    detail = models.CharField(max_length=20, choices=choices(Detail), default=Detail.FULL_TEXT)
    hidden_at = models.DateTimeField(null=True, blank=True, help_text="Hidden by a rule; undone by clearing it.")
    hidden_by_rule = models.CharField(max_length=80, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-occurred_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "source", "external_id"], name="one_engagement_per_source"),
        ]
        indexes = [
            models.Index(fields=["organization", "-occurred_at", "-id"], name="engagements_newest_first"),
            models.Index(fields=["opportunity", "-occurred_at"], name="engagements_of_opportunity"),  # deal page
            models.Index(fields=["conversation", "occurred_at"], name="engagements_of_conversation"),
            models.Index(fields=["account", "-occurred_at"], name="engagements_of_account"),
            models.Index(fields=["owner", "-occurred_at"], name="engagements_of_owner"),
            # the review list
            models.Index(fields=["organization", "assignment_certain", "-occurred_at"], name="engagements_to_review"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class EmailMessage(models.Model):
    """What is kept of a mail: its identity and its text. No HTML, no attachments, no Bcc have a field here."""

    engagement = models.OneToOneField(Engagement, on_delete=models.CASCADE, primary_key=True, related_name="email")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="emails")
    message_key = models.CharField(max_length=64, help_text="SHA-256, hex, of the Message-ID, or of the fingerprint.")
    place = models.PositiveIntegerField(default=0, help_text="Among different mails that share a message key.")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of sender, UTC second, subject and recipients.")
    internet_message_id = models.TextField(null=True, blank=True)  # noqa: DJ001 - null is "has none", outwardly too
    in_reply_to = models.TextField(null=True, blank=True)  # noqa: DJ001 - as above
    answers_key = models.CharField(max_length=64, blank=True, help_text="The message key of the email that it answers.")
    references = models.JSONField(default=list, blank=True)
    text = models.TextField(blank=True)
    new_text = models.TextField(blank=True, help_text="Without quoted mail and signature.")
    is_text_cut = models.BooleanField(default=False, help_text="The text was longer than is kept.")
    thread_index = models.CharField(max_length=32, blank=True, help_text="The conversationIndex's GUID, hex.")
    earliest_at = models.DateTimeField(null=True, blank=True, help_text="What its copies say of its moment, if more.")
    latest_at = models.DateTimeField(null=True, blank=True)
    lesser_moments = models.JSONField(
        default=dict, blank=True, help_text="The same of copies that tell less than it: no words, or nobody named."
    )
    addresses_hash = models.CharField(
        max_length=64, blank=True, help_text="SHA-256, hex, of link addresses that only a later copy spells out."
    )
    words_hash = models.CharField(
        max_length=64,
        blank=True,
        help_text="SHA-256, hex, of what it says, where it is not the first of its key.",
    )
    authentication = models.CharField(max_length=10, blank=True, help_text="failed or passed: our tenant's check.")
    exchange_names = models.PositiveSmallIntegerField(
        default=0, help_text="People in To and Cc whom no copy names by an address."
    )
    inbox_owner = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Of the people whose mailbox holds it, the author, or the nearest recipient.",
    )

    class Meta:
        constraints = [
            # dedupe: the unique constraint decides between two workers
            models.UniqueConstraint(fields=["organization", "message_key", "place"], name="one_email_per_place"),
        ]
        indexes = [
            models.Index(fields=["organization", "fingerprint"], name="emails_by_fingerprint"),
            models.Index(fields=["organization", "answers_key"], name="emails_by_answered"),  # what answers this one?
        ]

    def __str__(self) -> str:
        return self.internet_message_id or self.message_key


class MailboxCopy(models.Model):
    """Whose mailbox holds an email, and what it lets colleagues see; of a reported call or meeting, its reporter."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="mailbox_copies")
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="copies", db_index=False)
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="mailbox_copies", db_index=False
    )  # without one: the login was deleted, what was imported stays
    visibility = models.CharField(max_length=40, choices=choices(Visibility))
    detail = models.CharField(max_length=20, choices=choices(Detail))
    taken_back_at = models.DateTimeField(null=True, blank=True, help_text="From then on the person holds it no more.")
    is_hollow = models.BooleanField(
        default=False, help_text="Without the words that the email has: it is held, and gives nobody anything."
    )

    class Meta:
        verbose_name_plural = "mailbox copies"
        constraints = [
            # whose copies are there of an email? also the foreign key's index
            models.UniqueConstraint(fields=["engagement", "user"], name="one_copy_per_user"),
        ]
        indexes = [
            # "does this colleague hold it?" of each engagement; also the foreign key's
            models.Index(fields=["user", "engagement", "taken_back_at", "is_hollow"], name="copies_by_user"),
        ]

    def __str__(self) -> str:
        return f"copy of {self.engagement_id}"

    @property
    def gives_rights(self) -> bool:
        """Whether its person reads the email by it, and it shows colleagues what its mailbox shows."""
        return self.taken_back_at is None and not self.is_hollow


class Participant(models.Model):
    """A person in an engagement, in the role the header gave."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="participants")
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="participants")
    role = models.CharField(max_length=10, choices=choices(ParticipantRole))
    position = models.PositiveSmallIntegerField(default=0)
    name = models.CharField(max_length=255, blank=True)
    address = models.CharField(max_length=320)
    contact = models.ForeignKey(
        Contact, on_delete=models.SET_NULL, null=True, blank=True, related_name="participations"
    )
    lead = models.ForeignKey(Lead, on_delete=models.SET_NULL, null=True, blank=True, related_name="participations")
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="participations", db_index=False
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "role", "address"], name="one_part_per_address"),
        ]
        indexes = [
            # the `participant` filter; erasing a person; "have we written to this sender?"
            models.Index(fields=["organization", "address", "role"], name="participants_by_address"),
            # "did this colleague take part?" of each engagement; also the foreign key's
            models.Index(fields=["user", "engagement"], name="participants_of_user"),
        ]

    def __str__(self) -> str:
        return f"{self.role}: {self.address}"


class Association(models.Model):
    """An engagement on a customer record that it concerns: exactly one of the three is set."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="associations")
    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="associations")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    occurred_at = models.DateTimeField(help_text="The engagement's, so that a record's timeline reads one index.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "account"], name="one_association_per_account"),
            models.UniqueConstraint(fields=["engagement", "contact"], name="one_association_per_contact"),
            models.UniqueConstraint(fields=["engagement", "lead"], name="one_association_per_lead"),
        ]
        indexes = [
            models.Index(fields=["account", "-occurred_at"], name="associations_of_account"),
            models.Index(fields=["contact", "-occurred_at"], name="associations_of_contact"),
            models.Index(fields=["lead", "-occurred_at"], name="associations_of_lead"),
        ]

    def __str__(self) -> str:
        return str(self.account_id or self.contact_id or self.lead_id)

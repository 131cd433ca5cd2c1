"""Mailboxes, how far each was read, which copies it holds, and the rules that keep mail out."""

from django.db import models

from accounts.domain.vocabulary import Visibility
from accounts.models import Organization, User
from core.db.fields import choices
from core.ids import new_id
from core.runs.columns import RunColumns, StateColumns
from mailsync.domain.vocabulary import (
    AddressDecision,
    BlockKind,
    CursorPhase,
    DepartureChoice,
    ExclusionKind,
    MailboxState,
    RunKind,
)
from timeline.models import EmailMessage


class Mailbox(StateColumns):
    """A rep's Exchange mailbox: the switch, the state it is in, and how far it was read."""

    switch = "import_enabled"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="mailboxes")
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="mailbox")
    import_enabled = models.BooleanField(default=False, help_text='The switch "Import Email Conversations".')
    state = models.CharField(max_length=20, choices=choices(MailboxState), default=MailboxState.OFF)
    visibility = models.CharField(
        max_length=40, choices=choices(Visibility), blank=True, help_text="Empty: the organization's."
    )
    lookback_from = models.DateTimeField(null=True, blank=True, help_text="The first sync goes back to here (F9).")
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)
    last_reconciled_at = models.DateTimeField(null=True, blank=True)
    reconcile_at = models.DateTimeField(
        null=True, blank=True, help_text="When it is next compared with what is stored."
    )
    reconciliation_gap = models.PositiveIntegerField(default=0, help_text="Mails missing at the last reconciliation.")
    last_change_id = models.BigIntegerField(default=0, help_text="The newest directory change it looked back for.")
    folders_link = models.TextField(blank=True, help_text="The folder tree's deltaLink; empty: walk it.")
    folders_digest = models.TextField(blank=True, help_text="What the tree's delta told when it was walked.")
    folders_walked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "mailboxes"
        indexes = [
            models.Index(fields=["import_enabled", "due_at"], name="mailboxes_due"),  # the dispatcher
            models.Index(fields=["organization", "state"], name="mailboxes_by_state"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class MailboxTransition(models.Model):
    """One change of a mailbox's state, with its cause."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="transitions")
    before = models.CharField(max_length=20, choices=choices(MailboxState))
    after = models.CharField(max_length=20, choices=choices(MailboxState))
    cause = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["mailbox", "-at"], name="transitions_newest_first")]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class FolderCursor(models.Model):
    """How far one folder was read: the link that Microsoft gave us for the next page or round."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="cursors")
    folder_id = models.CharField(max_length=255)
    well_known = models.CharField(max_length=40, blank=True, help_text="Graph's name for it, such as sentitems.")
    phase = models.CharField(max_length=10, choices=choices(CursorPhase), default=CursorPhase.INITIAL)
    link = models.TextField(blank=True, help_text="nextLink within a round, deltaLink after it; empty: start anew.")
    is_round_complete = models.BooleanField(default=False, help_text="The link is a deltaLink.")
    since = models.DateTimeField(null=True, blank=True, help_text="The first round's receivedDateTime floor.")
    delta_since = models.DateTimeField(
        null=True, blank=True, help_text="A later floor of the delta round: mail before it was read by list."
    )
    items_total = models.PositiveIntegerField(default=0, help_text="Items in the folder at the last walk.")
    rows_seen = models.PositiveIntegerField(default=0, help_text="Rows of the first round, to notice the filter cap.")
    oldest_at = models.DateTimeField(null=True, blank=True, help_text="The oldest mail that the first round has shown.")
    window_before = models.DateTimeField(
        null=True, blank=True, help_text="The folder is being read by list: mail received before this is to come."
    )
    page_size = models.PositiveSmallIntegerField(default=0, help_text="Smaller after 504s; 0 is the usual size.")
    is_gone = models.BooleanField(default=False, help_text="The folder vanished or is excluded.")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mailbox", "folder_id"], name="one_cursor_per_folder"),
        ]

    def __str__(self) -> str:
        return f"{self.phase} {self.folder_id[-12:]}"


class Sighting(models.Model):
    """One mailbox's copy of an email."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="sightings")
    email = models.ForeignKey(EmailMessage, on_delete=models.CASCADE, related_name="sightings")
    copy_id = models.CharField(max_length=512, help_text="Graph's immutable id; upper and lower case differ.")
    copy_id_hash = models.CharField(max_length=64, help_text="SHA-256, hex: what the index reads.")
    folder_id = models.CharField(max_length=255, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    missing_since = models.DateTimeField(null=True, blank=True, help_text="Reported removed; confirmed after a grace.")
    gone_at = models.DateTimeField(
        null=True, blank=True, help_text="Confirmed removed; the organization keeps the email."
    )

    class Meta:
        constraints = [
            # a replayed page finds its rows; removals are looked up by id
            models.UniqueConstraint(fields=["mailbox", "copy_id_hash"], name="one_sighting_per_copy"),
        ]
        indexes = [
            models.Index(fields=["mailbox", "missing_since"], name="sightings_missing"),
            models.Index(fields=["mailbox", "received_at"], name="sightings_by_time"),  # reconciliation
        ]

    def __str__(self) -> str:
        return self.copy_id[-12:]


class MailboxWalk(models.Model):
    """A listing of a whole mailbox that goes on where it stopped: a late match (F20) or a reconciliation (F23)."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="walks")
    kind = models.CharField(max_length=20, choices=choices(RunKind))
    since = models.DateTimeField(help_text="The window's beginning.")
    until = models.DateTimeField(help_text="The window's end; it lies before the walk began.")
    before = models.DateTimeField(help_text="Mail received before this is still to be looked at.")
    last_change_id = models.BigIntegerField(default=0, help_text="The directory changes up to this one are looked for.")
    looked_at = models.PositiveIntegerField(default=0, help_text="Envelopes so far.")
    found = models.PositiveIntegerField(default=0, help_text="Mails brought in.")
    unreadable = models.PositiveIntegerField(default=0, help_text="Mails that Microsoft could not deliver.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["mailbox", "kind", "-id"], name="walks_newest_first")]

    def __str__(self) -> str:
        return f"{self.kind} {self.since:%Y-%m-%d} to {self.until:%Y-%m-%d}"


class SyncRun(RunColumns):
    """One run over a mailbox: counts by reason and no content; seen = kept + dropped + failed (F22)."""

    mailbox = models.ForeignKey(Mailbox, on_delete=models.CASCADE, related_name="runs")
    kind = models.CharField(max_length=20, choices=choices(RunKind))
    seen = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0, help_text="Could not be had, and the three that follow.")
    too_laborious = models.PositiveIntegerField(default=0, help_text="Took more CPU time than a mail may.")
    defective = models.PositiveIntegerField(default=0, help_text="An error of ours; the log has its place.")
    stepped_over = models.PositiveIntegerField(default=0, help_text="Workers died of it.")
    dropped = models.JSONField(default=dict, blank=True, help_text="Counts by reason.")

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [
            models.Index(fields=["mailbox", "-started_at"], name="runs_newest_first"),
            # which runs ended within the hour? asked by every reading of /metrics
            models.Index(fields=["ended_at"], name="runs_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d %H:%M}"


class AtWork(models.Model):
    """The mails of a mailbox that a worker is at, written before the work; what a dead one leaves makes suspects.

    Keyed hashes of Graph's ids, nothing of the mails (mailsync.domain.suspicion).
    """

    mailbox = models.OneToOneField(Mailbox, on_delete=models.CASCADE, related_name="at_work")
    mails = models.TextField(blank=True, help_text="What is at work; empty between pages.")
    is_alone = models.BooleanField(default=False, help_text="One mail, suspected before.")
    suspects = models.TextField(blank=True, help_text="What workers did not survive, with their number.")

    def __str__(self) -> str:
        return f"{len(self.mails.split())} at work, {len(self.suspects.split())} suspected"


class BlockedDomain(models.Model):
    """A domain of an organization's own (internal) or one never to import from; subdomains count too (F5, F17)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="blocked_domains")
    domain = models.CharField(max_length=253)
    kind = models.CharField(max_length=20, choices=choices(BlockKind), default=BlockKind.INTERNAL)
    note = models.CharField(max_length=200, blank=True)
    is_given = models.BooleanField(
        "given by the operator", default=False, help_text="Admins may add people at this domain."
    )
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["domain"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "domain"], name="one_row_per_blocked_domain"),
        ]

    def __str__(self) -> str:
        return self.domain


class AddressQuestion(models.Model):
    """An address that Microsoft lists as a person's own and the CRM knows as a customer's; an admin decides."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="address_questions")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="address_questions")
    address = models.CharField(max_length=320)
    decision = models.CharField(max_length=10, choices=choices(AddressDecision), default=AddressDecision.WAITING)
    asked_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # what was decided is not asked again
            models.UniqueConstraint(fields=["user", "address"], name="one_question_per_address"),
        ]

    def __str__(self) -> str:
        return self.address


class Exclusion(models.Model):
    """What an organization, or one person for the own mailbox, keeps out (F17, F18)."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="exclusions")
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="exclusions", help_text="Empty: everyone's."
    )
    kind = models.CharField(max_length=20, choices=choices(ExclusionKind))
    value = models.CharField(max_length=320)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["kind", "value"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "user", "kind", "value"], name="one_row_per_exclusion"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class DeparturePolicy(models.Model):
    """What an organization does with mail when nobody in it is in the CRM any more (F20); without a row it is kept."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="departure_policy")
    choice = models.CharField(
        "when a customer leaves the CRM", max_length=10, choices=choices(DepartureChoice), default=DepartureChoice.KEEP
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name_plural = "departure policies"

    def __str__(self) -> str:
        return self.get_choice_display()


class Subscription(models.Model):
    """A change-notification subscription at Microsoft (F29): it only wakes the ordinary sync."""

    mailbox = models.OneToOneField(Mailbox, on_delete=models.CASCADE, related_name="subscription")
    subscription_id = models.CharField(max_length=64, unique=True)
    client_state_hash = models.CharField(max_length=64)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.subscription_id

"""The product's settings with short waits, so that a test need not sit out minutes for what a crash left behind."""

from jiminny_sync.settings import *  # noqa: F403 - the same, but for what follows
from mailsync.schedule import SCHEDULE as MAILSYNC
from timeline.schedule import SCHEDULE as TIMELINE

CLAIM_LEASE_SECONDS = 15
REQUEUE_SECONDS = 20

for each_minute in (MAILSYNC["queue due mailboxes"], TIMELINE["drain-changes"]):
    each_minute["schedule"] = 5.0

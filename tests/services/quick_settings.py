"""The product's settings with short waits, so that a test need not sit out minutes for what a crash left behind."""

from jiminny_sync.settings import *  # noqa: F403 - the same, but for what follows

CLAIM_LEASE_SECONDS = 15
REQUEUE_SECONDS = 20

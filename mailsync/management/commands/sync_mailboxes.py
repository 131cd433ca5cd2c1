"""Syncs every switched-on mailbox now, in the foreground."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from mailsync.models import Mailbox
from mailsync.selectors.mailboxes import advice_of
from mailsync.sync.foreground import Tally, sync_until_settled
from mailsync.sync.mail_run import MailRun


class Command(BaseCommand):
    help = (
        "Sync every switched-on mailbox now, one after the other. Waits of up to a minute are sat out. "
        "Exits with 0 when all of them ended in sync, with 1 otherwise."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", metavar="EMAIL", help="only this person's mailbox")
        parser.add_argument("--json", action="store_true", dest="as_json", help="print the summary as JSON")

    def handle(self, *_: Any, user: str | None, as_json: bool, **__: Any) -> None:
        mailboxes = Mailbox.objects.filter(import_enabled=True).select_related("user").order_by("user__email")
        if user:
            mailboxes = mailboxes.filter(user__email=user.strip().lower())
            if not mailboxes:
                message = f"{user} has no mailbox with import switched on."
                raise CommandError(message)
        tallies = [self._sync(mailbox) for mailbox in mailboxes]
        if as_json:
            self.stdout.write(json.dumps(_as_json(tallies), indent=2))
        else:
            self.stdout.write(_as_text(tallies))
        if not all(tally.is_in_sync for tally in tallies):
            sys.exit(1)

    def _sync(self, mailbox: Mailbox) -> Tally:
        with tqdm(
            desc=mailbox.user.email, unit=" mails", disable=not sys.stderr.isatty(), file=sys.stderr, leave=True
        ) as bar:

            def show(run: MailRun) -> None:
                bar.total = max(run.mailbox.progress_total, run.mailbox.progress_done)
                bar.n = run.mailbox.progress_done
                bar.set_postfix(kept=run.counts.kept, refresh=False)
                bar.refresh()

            return sync_until_settled(
                mailbox, on_progress=show, on_wait=lambda seconds: bar.set_postfix_str(f"waiting {seconds:.0f} s")
            )


def _as_json(tallies: list[Tally]) -> dict[str, object]:
    return {"in_sync": all(tally.is_in_sync for tally in tallies), "mailboxes": [_summary(tally) for tally in tallies]}


def _summary(tally: Tally) -> dict[str, object]:
    return {
        "user": tally.mailbox.user.email,
        "state": tally.mailbox.state,
        "state_reason": tally.mailbox.state_reason,
        "seen": tally.seen,
        "kept": tally.kept,
        "dropped": dict(tally.dropped),
        "failed": tally.failed,
        "requests": tally.requests,
    }


def _as_text(tallies: list[Tally]) -> str:
    if not tallies:
        return "No mailbox has import switched on."
    lines = []
    for tally in tallies:
        mailbox = tally.mailbox
        told = advice_of(mailbox)
        code = f" ({mailbox.state_reason})" if mailbox.state_reason else ""
        lines.append(f"{mailbox.user.email}: {told.title.lower()}{code}")
        lines.append(f"  {tally.seen} seen, {tally.kept} kept, {tally.failed} failed, {tally.requests} requests")
        lines += [f"    {count:>6} {reason}" for reason, count in tally.dropped.most_common()]
        if not tally.is_in_sync and told.next_step:
            lines.append(f"  {told.next_step}")
    return "\n".join(lines)

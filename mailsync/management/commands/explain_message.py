"""Says why an email of a mailbox is, or is not, on the timeline (F21)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.phrasing import without_turns
from mailsync.domain.screening import Verdict
from mailsync.models import Mailbox
from mailsync.services.explain import Explanation, NotFound, TooManyQuestions, Unanswered, explain_message

_MARKS = {Verdict.PASSED: "pass", Verdict.DROPPED: "DROP", Verdict.NOT_REACHED: "  - "}


class Command(BaseCommand):
    help = "Replay the rules for one email of a person's mailbox and print what each says. Nothing is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL", help="whose mailbox")
        parser.add_argument("message_id", metavar="MESSAGE-ID", help="the email's Message-ID, with or without <>")

    def handle(self, *_: Any, email: str, message_id: str, **__: Any) -> None:
        mailbox = (
            Mailbox.objects.select_related("organization", "user").filter(user__email=email.strip().lower()).first()
        )
        if mailbox is None:
            message = f"{email} has no mailbox here."
            raise CommandError(message)
        try:
            explanations = explain_message(mailbox=mailbox, message_id=message_id)
        except (NotFound, TooManyQuestions, Unanswered, ValueError) as error:
            raise CommandError(str(error)) from error
        for explanation in explanations:
            self._print(explanation)

    def _print(self, explanation: Explanation) -> None:
        self.stdout.write(without_turns(explanation.sentence))
        for step in explanation.steps:
            self.stdout.write(without_turns(f"  {_MARKS[step.verdict]}  {step.rule}: {step.sentence}"))

"""Whom the timeline's mails are from."""

from tests.support.recording import globex, jane

__all__ = ["globex", "jane"]

"""Screening: which mail is wanted, decided by an ordered list of named rules, each a pure function."""

from mailsync.domain.screening.rule import Rule, Stage, Step, Verdict, is_ours
from mailsync.domain.screening.rules import (
    RULES,
    explain,
    explain_text,
    screen_envelope,
    screen_headers,
    screen_text,
)

__all__ = [
    "RULES",
    "Rule",
    "Stage",
    "Step",
    "Verdict",
    "explain",
    "explain_text",
    "is_ours",
    "screen_envelope",
    "screen_headers",
    "screen_text",
]

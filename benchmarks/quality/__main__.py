"""Prints what became of each class of mail of each public set beside its aim; ends with 1 where an aim is missed.

python -m benchmarks.quality [--show]      --show names what came out wrong
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.quality import conversations, learned, made, made_answers, measures, programs, reply_fixtures
from benchmarks.quality.measures import Tally
from benchmarks.quality.sources import fetched

Row = tuple[str, str, Tally, float]
"""Class, source, tally, aim in percent."""


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--show", action="store_true", help="name what came out wrong")
    shows_wrong = parser.parse_args().show
    print(f"{'class':<42} {'source':<18} {'right':>6} {'of':>6} {'share':>8} {'aim':>7}")
    missed = measured = 0
    for name, source, tally, aim in _rows():
        share = 100 * tally.right / tally.total if tally.total else 0.0
        verdict = "" if share >= aim else "  missed"
        missed += bool(verdict)
        measured += 1
        print(f"{name:<42} {source:<18} {tally.right:>6} {tally.total:>6} {share:>7.2f}% {aim:>6.1f}%{verdict}")
        if shows_wrong:
            for wrong in tally.wrong:
                print(f"    {wrong}")
    print(f"{measured} classes measured, {missed} below their aim")
    return 1 if missed or not measured else 0


def _rows() -> Iterator[Row]:
    if folder := fetched("spam-assassin"):
        yield from _of_spam_assassin(folder)
    if folder := fetched("flufl.bounce"):
        yield "delivery reports recognized", "flufl.bounce", measures.bounces(folder), 99
    for name, fixtures in reply_fixtures.SETS.items():
        if folder := fetched(name):
            lines, words = measures.replies(list(fixtures(folder)))
            yield "replies right to the line", name, lines, 92
            yield "author's words kept", name, words, 100
    yield from _rows_of_made_mail()
    yield from _learned()
    for name in ("python test suite", "mail-parser", "hyperkitty", "flufl.bounce"):
        if folder := fetched(name):
            yield "no exception, no stall", name, measures.torture(folder), 100


def _rows_of_made_mail() -> Iterator[Row]:
    for name, make in {**made.CLASSES, **made_answers.CLASSES}.items():
        for source, is_held_back in (("made", False), ("made, held back", True)):
            yield name, source, measures.made_mails(each for each in make() if each.is_held_back == is_held_back), 98
    for name, (make_letters, is_kept, aim) in programs.CLASSES.items():
        for source, is_held_back in (("made", False), ("made, held back", True)):
            yield name, source, measures.made_letters(make_letters(is_held_back=is_held_back), is_kept=is_kept), aim


def _of_spam_assassin(folder: Path) -> Iterator[Row]:
    easy = [folder / "data/easy-ham-1", folder / "data/easy-ham-2"]
    people, lists = measures.people_and_lists(easy)
    yield "people's mail kept", "spam-assassin", people, 99.5
    yield "list posts dropped", "spam-assassin", lists, 98
    for form, is_text in (("text", True), ("HTML", False)):
        with_header, without = measures.bulk(folder / "data/hard-ham-1", is_text=is_text)
        yield f"bulk, List-Unsubscribe, {form}", "spam-assassin", with_header, 98
        yield f"bulk, no List-Unsubscribe, {form}", "spam-assassin", without, 95
    for form, spelled in (("", None), (", ids as spelled", conversations.as_mailers_spell)):
        whole, kept, apart = conversations.threads(easy, spelled)
        yield f"threads as their ancestry{form}", "spam-assassin", whole, 99
        yield f"pairs of threads kept{form}", "spam-assassin", kept, 99.2
        yield f"no pair from apart{form}", "spam-assassin", apart, 100


def _learned() -> Iterator[Row]:
    for source, is_held_back in (("made", False), ("made, held back", True)):
        folded, words = learned.measured(is_held_back=is_held_back)
        yield "learned lines folded", source, folded, 95
        yield "author's words beside them", source, words, 99.8


if __name__ == "__main__":
    sys.exit(main())

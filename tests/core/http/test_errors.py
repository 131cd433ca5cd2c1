"""The tree of what can go wrong outside: every leaf says what follows, to the machine and to a person."""

from core.http import errors
from core.http.errors import ConnectionLost, Consequence, Misconfigured, OutsideError, Retryable, leaves
from mailsync.graph import errors as of_mailboxes


def test_every_leaf_has_a_consequence_a_sentence_and_a_next_step():
    for leaf in leaves():
        assert isinstance(leaf.consequence, Consequence), leaf
        assert leaf.sentence.endswith("."), leaf
        assert leaf.next_step.endswith("."), leaf


def test_every_consequence_follows_from_some_leaf():
    assert {leaf.consequence for leaf in leaves()} == set(Consequence)


def test_what_stops_and_what_alarms_are_branches_of_their_own():
    for leaf in leaves():
        assert (leaf.consequence is Consequence.STOP) == issubclass(leaf, ConnectionLost), leaf
        assert (leaf.consequence is Consequence.ALARM_OPERATOR) == issubclass(leaf, Misconfigured), leaf
        assert (leaf.consequence is Consequence.RETRY_LATER) == issubclass(leaf, Retryable), leaf


def test_the_drawings_name_every_class_of_the_tree():
    drawings = f"{errors.__doc__}{of_mailboxes.__doc__}"

    def names(root: type[OutsideError]) -> list[str]:
        return [root.__name__, *(name for child in root.__subclasses__() for name in names(child))]

    assert [name for name in names(OutsideError) if name not in drawings] == []


def test_what_passes_says_for_how_long_to_wait():
    for leaf in leaves(Retryable):
        assert issubclass(leaf, Retryable)
        assert leaf("code", retry_after=3.0).retry_after == 3.0


def test_an_errors_text_holds_its_code_and_the_request_but_nothing_else():
    error = errors.ItemGone("ErrorItemNotFound", request_id="r-1", status=404)

    assert str(error) == "ItemGone · ErrorItemNotFound · status 404 · request r-1"

from accounts.microsoft.aadsts import MEANINGS
from mailsync.graph import errors
from mailsync.graph.errors import Consequence, MicrosoftError, Retryable, leaves


def test_every_leaf_has_a_consequence_a_sentence_and_a_next_step():
    for leaf in leaves():
        assert isinstance(leaf.consequence, Consequence), leaf
        assert leaf.sentence.endswith("."), leaf
        assert leaf.next_step, leaf


def test_every_consequence_follows_from_some_leaf():
    assert {leaf.consequence for leaf in leaves()} == set(Consequence)


def test_a_leaf_that_stops_or_alarms_names_the_state_that_is_shown_and_no_other_does():
    for leaf in leaves():
        stops = leaf.consequence in {Consequence.STOP, Consequence.ALARM_OPERATOR}
        assert (leaf.connection_state is not None) == stops, leaf


def test_the_drawing_names_every_class_of_the_tree():
    drawing = errors.__doc__ or ""

    def names(root: type[MicrosoftError]) -> list[str]:
        return [root.__name__, *(name for child in root.__subclasses__() for name in names(child))]

    assert [name for name in names(MicrosoftError) if name not in drawing] == []


def test_every_class_of_the_tree_is_offered_by_the_module():
    assert {leaf.__name__ for leaf in leaves()} <= set(errors.__all__)


def test_every_row_of_the_identity_platforms_table_is_a_leaf():
    assert {meaning.leaf for meaning in MEANINGS.values()} <= set(leaves())


def test_what_passes_says_for_how_long_to_wait():
    for leaf in leaves(Retryable):
        assert issubclass(leaf, Retryable)
        assert leaf("code", retry_after=3.0).retry_after == 3.0


def test_an_errors_text_holds_its_code_and_the_request_but_nothing_else():
    error = errors.ItemGone("ErrorItemNotFound", request_id="r-1", status=404)

    assert str(error) == "ItemGone · ErrorItemNotFound · status 404 · request r-1"

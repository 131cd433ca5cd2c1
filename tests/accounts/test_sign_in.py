import pytest

from accounts.domain.sign_in import SignInRefused, identify

TENANT, PERSON = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
CLAIMS = {"aud": "our-app", "tid": TENANT, "oid": PERSON, "preferred_username": "rita@acme.example"}


def identified(expected: frozenset[str] = frozenset(), **changes: object):
    return identify(CLAIMS | changes, client_id="our-app", expected_tenants=expected)


def test_the_person_is_who_the_id_token_names():
    person = identified(frozenset({TENANT}), tid=TENANT.upper())

    assert (person.tenant_id, person.object_id, person.username) == (TENANT, PERSON, "rita@acme.example")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "another-app"}, "wrong_audience"),
        ({"aud": ["our-app"]}, "wrong_audience"),
        ({"aud": None}, "wrong_audience"),
        ({"tid": None}, "person_unknown"),
        ({"tid": "acme.example"}, "person_unknown"),
        ({"oid": None, "sub": None}, "person_unknown"),
        ({"oid": "x" * 200}, "person_unknown"),
    ],
)
def test_an_id_token_that_is_not_for_us_or_names_nobody_is_refused(changes, code):
    with pytest.raises(SignInRefused, match=code):
        identified(**changes)


def test_a_person_of_another_tenant_is_refused_where_ours_is_known():
    with pytest.raises(SignInRefused, match="foreign_tenant"):
        identified(frozenset({"33333333-3333-4333-8333-333333333333"}))

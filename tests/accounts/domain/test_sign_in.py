import pytest

from accounts.domain.sign_in import PERSONAL_ACCOUNTS, MicrosoftPerson, SignInRefused, check_tenant, identify

TENANT, PERSON = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
OTHER = "33333333-3333-4333-8333-333333333333"
ISSUER = f"https://login.example/{TENANT}/v2.0"
CLAIMS = {"tid": TENANT, "oid": PERSON, "iss": ISSUER, "preferred_username": "rita@acme.example"}


def test_the_person_is_who_the_id_token_names():
    assert identify(CLAIMS | {"tid": TENANT.upper()}) == MicrosoftPerson(TENANT, PERSON, "rita@acme.example")


def test_the_user_principal_name_goes_before_the_preferred_one():
    assert identify(CLAIMS | {"upn": "r.l@acme.example"}).username == "r.l@acme.example"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"tid": None}, "person_unknown"),
        ({"tid": "acme.example"}, "person_unknown"),
        ({"oid": None, "sub": "s"}, "person_unknown"),
        ({"oid": "x" * 200}, "person_unknown"),
        ({"tid": PERSONAL_ACCOUNTS}, "personal_account"),
        ({"tid": PERSONAL_ACCOUNTS.upper()}, "personal_account"),
    ],
)
def test_an_id_token_that_names_nobody_of_a_work_tenant_is_refused(changes, code):
    with pytest.raises(SignInRefused, match=code):
        identify(CLAIMS | changes)


@pytest.mark.parametrize(("required", "is_ours"), [([TENANT], True), ([OTHER], False), ([TENANT, OTHER], False)])
def test_where_the_tenant_is_known_the_address_says_nothing(required, is_ours):
    person = identify(CLAIMS | {"preferred_username": "rita@elsewhere.example"})
    if is_ours:
        check_tenant(person, required=required, own_domains=["acme.example"])
        return
    with pytest.raises(SignInRefused, match="foreign_tenant"):
        check_tenant(person, required=required, own_domains=["acme.example"])

"""“Sign in with Microsoft”: which login a Microsoft account opens, and how the two come together.

    account (tenant, object id) ──▶ linked to a login? ──yes─▶ is it of the login's organization's tenant? ─▶ in
                                       │ no
                                       ├─ begun on the profile page, signed in ────────────────▶ linked to that login
                                       └─ its user principal name is an unlinked login's address ▶ linked to that login

In both the account has to be of the organization's tenant (accounts.services.tenants). Once linked, a login is opened
by no other account: a name that is given to a new colleague later opens nothing. Whoever is not let in is told the
same, whatever the reason, so that nobody learns who has a login here.
"""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.signals import user_login_failed
from django.utils import timezone

from accounts.domain.audit import AuditVerb
from accounts.domain.sign_in import MicrosoftPerson, SignInRefused, identify
from accounts.domain.vocabulary import FlowPurpose
from accounts.microsoft.identity import Identity
from accounts.microsoft.scopes import EMAIL
from accounts.models import SignInFlow, User
from accounts.services.audit import record_event
from accounts.services.flows import begin, redeem, take
from accounts.services.people import end_sessions
from accounts.services.tenants import admit
from core.db.unit_of_work import one_unit_of_work


def begin_login(*, user: User | None, browser: str, redirect_uri: str) -> str:
    """The address where the person signs in, in the browser whose session holds `browser`; raises the error tree.

    `user` is who is signed in here already and wants to link the account; None: nobody is.
    """
    asked = Identity(is_for_sign_in_alone=True).begin([EMAIL], redirect_uri=redirect_uri, prompt="select_account")
    return begin(purpose=FlowPurpose.SIGN_IN, asked=asked, user=user, browser=browser, now=timezone.now())


def finish_login(*, flow: SignInFlow, user: User | None, browser: str, now: datetime | None = None) -> User:
    """Whom the account opens the door to; raises SignInRefused or the error tree.

    `user` is who is signed in; a flow that was begun to link an account has to be finished by the same.
    """
    take(flow, FlowPurpose.SIGN_IN, user=user if flow.user_id else None, browser=browser, now=now or timezone.now())
    person = identify(redeem(flow).claims)
    if flow.user_id and user is not None:
        return _link(user, person)
    try:
        return _opened(person)
    except SignInRefused:
        user_login_failed.send(sender=__name__, credentials={"username": person.principal_address}, request=None)
        raise _not_let_in(person) from None


@one_unit_of_work
def unlink(*, user: User, actor: User) -> None:
    """Let no Microsoft account open this login until one is linked anew; end the sessions that one may have opened."""
    User.objects.filter(pk=user.pk).update(microsoft_tenant_id=None, microsoft_object_id=None)
    user.microsoft_tenant_id = user.microsoft_object_id = None
    _audit(user, actor, is_linked=False)
    end_sessions(user=user, actor=actor)


@one_unit_of_work
def _opened(person: MicrosoftPerson) -> User:
    people = User.objects.select_related("organization").filter(is_active=True, organization__isnull=False)
    linked = people.filter(microsoft_tenant_id=person.tenant_id, microsoft_object_id=person.object_id).first()
    if linked is not None and linked.organization is not None:
        admit(organization=linked.organization, person=person, actor=linked)
        return linked
    named = people.filter(email=person.principal_address, microsoft_object_id=None).first()
    if named is None:
        raise _not_let_in(person)
    return _link(named, person)


@one_unit_of_work
def _link(user: User, person: MicrosoftPerson) -> User:
    if user.organization is None:
        raise SignInRefused("no_organization", "This login belongs to no organization.", "Use a person's own login.")
    admit(organization=user.organization, person=person, actor=user)
    row = User.objects.select_for_update().get(pk=user.pk)
    account = (UUID(person.tenant_id), UUID(person.object_id))
    if (row.microsoft_tenant_id, row.microsoft_object_id) == account:
        return user
    others = User.objects.filter(microsoft_tenant_id=account[0], microsoft_object_id=account[1])
    if row.microsoft_object_id is not None or others.exists():
        raise SignInRefused(
            "linked_otherwise",
            f"{person.username} was not linked: this login or that account is linked already.",
            "Ask an admin to unlink it in the console, under Users.",
        )
    User.objects.filter(pk=row.pk).update(microsoft_tenant_id=account[0], microsoft_object_id=account[1])
    user.microsoft_tenant_id, user.microsoft_object_id = account
    _audit(user, user, is_linked=True)
    return user


def _audit(user: User, actor: User, *, is_linked: bool) -> None:
    if user.organization is not None:
        detail = {"microsoft_sign_in": "linked" if is_linked else "unlinked"}
        record_event(organization=user.organization, actor=actor, verb=AuditVerb.CHANGED, subject=user, detail=detail)


def _not_let_in(person: MicrosoftPerson) -> SignInRefused:
    return SignInRefused(
        "not_let_in",
        f"The Microsoft account {person.username} opens no login here.",
        "Choose your work account. If it is this one: sign in with your password and link the account on your profile, "
        "or ask your admin for a login whose address is the name of your Microsoft account.",
    )

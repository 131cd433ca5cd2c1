"""Which Microsoft tenant is an organization's: what a verified sign-in told first, and from then on no other."""

from accounts.domain.audit import AuditVerb
from accounts.domain.sign_in import MicrosoftPerson, check_tenant
from accounts.models import MicrosoftConnection, Organization, User
from accounts.selectors.people import domains_given_to, is_foreign, required_tenants
from accounts.services.audit import record_event
from accounts.services.tokens import foreign_tenant, record_loss
from accounts.signals import connection_changed
from core.db.unit_of_work import one_unit_of_work


@one_unit_of_work
def admit(*, organization: Organization, person: MicrosoftPerson, actor: User) -> None:
    """Raise SignInRefused unless `person` is of the organization's tenant; the first one tells which that is.

    Own domains are those that the operator gave: what an admin lists as internal is the admin's word alone.
    """
    row = Organization.objects.get(pk=organization.pk)
    if not row.tenant_id:  # of two that are both the first, the second learns what the first has told
        row = Organization.objects.select_for_update().get(pk=organization.pk)
    check_tenant(person, required=required_tenants(row), own_domains=domains_given_to(row))
    if row.tenant_id:
        return
    Organization.objects.filter(pk=row.pk).update(tenant_id=person.tenant_id)
    organization.tenant_id = person.tenant_id
    record_event(
        organization=row, actor=actor, verb=AuditVerb.CHANGED, subject=row, detail={"tenant": person.tenant_id}
    )
    stop_foreign_connections(organization=row)


@one_unit_of_work
def stop_foreign_connections(*, organization: Organization) -> None:
    """The tenant is another than before: what an account of any other was connected for stops, and says why.

    What was disconnected before is told of as well: the addresses that it brought are not ours.
    """
    connections = MicrosoftConnection.objects.select_for_update().filter(organization=organization)
    for connection in connections:
        if is_foreign(connection) and not record_loss(connection=connection, error=foreign_tenant()):
            connection_changed.send(sender=MicrosoftConnection, connection=connection, account_changed=False)

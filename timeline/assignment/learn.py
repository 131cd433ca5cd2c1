"""A correction offered as a rule: from here on, what is exchanged with a person belongs to the deal of the correction.

correction ──▶ offered for each contact in it ──make_rule──▶ FilingRule ──▶ settled again ◀── take_back_rule
"""

from accounts.domain.audit import AuditVerb
from accounts.models import User
from accounts.services.audit import record_event
from core.db.unit_of_work import unit_of_work
from crm.domain.changes import CustomerChanges
from crm.models import Contact, Opportunity
from timeline.assignment.reassess import reassess
from timeline.domain.refusals import ForeignOpportunity, NotAllowed
from timeline.models import FilingRule


def make_rule(*, contact: Contact, opportunity: Opportunity, actor: User) -> FilingRule:
    """File what is exchanged with `contact` under `opportunity` while it is open, in place of an earlier rule.

    Raises ForeignOpportunity; NotAllowed with a sentence.
    """
    organization = contact.organization
    if opportunity.organization_id != organization.pk:
        raise ForeignOpportunity("The opportunity belongs to another organization.")

    def make() -> FilingRule:
        if earlier := FilingRule.objects.filter(organization=organization, contact=contact).first():
            _require_may_change(earlier, actor)
        rule, _ = FilingRule.objects.update_or_create(
            organization=organization, contact=contact, defaults={"opportunity": opportunity, "made_by": actor}
        )
        record_event(
            organization=organization,
            actor=actor,
            verb=AuditVerb.ADDED,
            subject=rule,
            detail={"contact": str(contact.pk), "opportunity": str(opportunity.pk)},
        )
        return rule

    rule = unit_of_work(make)
    reassess(organization=organization, changes=CustomerChanges(organization.pk, contacts={contact.pk}))
    return rule


def take_back_rule(*, rule: FilingRule, actor: User) -> None:
    """Let the organization's own rules decide again; what was corrected by hand stays. Raises NotAllowed."""
    _require_may_change(rule, actor)
    organization, contact = rule.organization, rule.contact_id

    def take_back() -> None:
        record_event(organization=organization, actor=actor, verb=AuditVerb.REMOVED, subject=rule)
        FilingRule.objects.filter(pk=rule.pk).delete()

    unit_of_work(take_back)
    reassess(organization=organization, changes=CustomerChanges(organization.pk, contacts={contact}))


def _require_may_change(rule: FilingRule, actor: User) -> None:
    if rule.made_by_id not in {None, actor.pk} and not actor.reads_every_deal:
        raise NotAllowed(f"{rule.made_by} made this rule: ask them, or a manager, to change it.")

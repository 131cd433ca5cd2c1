"""`manage.py join_copies [--organization SLUG]`: copies that stood apart become one mail where they are known to be."""

from accounts.management.each_organization import EachOrganization
from accounts.models import Organization
from timeline.recording.join import join_all


class Command(EachOrganization):
    help = "Joins emails under one Message-ID that known banners and disclaimers alone told apart; each is audited."

    def work(self, organization: Organization) -> str:
        return f"{join_all(organization=organization)} emails joined"

"""`manage.py learn_lines [--organization SLUG]`: banners and signatures are learned at once, and not in the night."""

from accounts.management.each_organization import EachOrganization
from accounts.models import Organization
from mailsync.services.learned_lines import learn_lines


class Command(EachOrganization):
    help = "Learns banners, signatures and disclaimers from kept mail, and folds them in every stored email."

    def work(self, organization: Organization) -> str:
        return f"{learn_lines(organization=organization)} lines came or went"

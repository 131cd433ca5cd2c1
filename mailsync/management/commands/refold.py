"""`manage.py refold [--organization SLUG]`: what of every stored email its author wrote, told anew."""

from accounts.management.each_organization import EachOrganization
from accounts.models import Organization
from mailsync.services.author_words import refold_organization


class Command(EachOrganization):
    help = "Splits every stored email anew into its author's words, quotes and signature, by the rules as they are."

    def work(self, organization: Organization) -> str:
        return f"{refold_organization(organization=organization)} emails changed"

"""What an import or a new login changed in the CRM, as far as the timeline has to look at its engagements again."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(slots=True)
class CustomerChanges:
    """Accounts and contacts whose deals opened, closed or changed hands, and those deals; accounts renamed; addresses
    and domains that entered or left the directory.
    """

    organization: UUID
    accounts: set[UUID] = field(default_factory=set)
    contacts: set[UUID] = field(default_factory=set)
    deals: set[UUID] = field(default_factory=set)
    renamed_accounts: set[UUID] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return any((self.accounts, self.contacts, self.deals, self.renamed_accounts, self.addresses, self.domains))

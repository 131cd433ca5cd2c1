"""The six people of the tenant, and as many colleagues with empty mailboxes as are asked for."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sandbox.addresses import Address
from sandbox.identifiers import guid

COMPANY = "Acme Fieldwork"
DOMAIN = "acme.example"


class Role(StrEnum):
    """What the person is in the product; the tenant only knows administrators from others."""

    ADMIN = "admin"
    MANAGER = "manager"
    REP = "rep"


@dataclass(frozen=True, slots=True)
class Person:
    """`aliases` are further addresses of the same mailbox (proxyAddresses)."""

    email: str
    name: str
    role: Role
    title: str
    language: str = "en"
    aliases: tuple[str, ...] = ()

    @property
    def oid(self) -> str:
        """The person's object id in the tenant."""
        return guid("person", self.email)

    @property
    def address(self) -> Address:
        """The primary address with the person's name."""
        return Address(self.name, self.email)

    @property
    def first_name(self) -> str:
        """How colleagues and customers call the person."""
        return self.name.split()[0]


PEOPLE = (
    Person("ada.okafor@acme.example", "Ada Okafor", Role.ADMIN, "Head of IT"),
    Person("marco.bianchi@acme.example", "Marco Bianchi", Role.MANAGER, "Head of Sales"),
    Person(
        "rita.lindqvist@acme.example",
        "Rita Lindqvist",
        Role.REP,
        "Senior Account Executive",
        aliases=("rita@acme.example", "r.lindqvist@mail.acme.example"),
    ),
    Person("jonas.weber@acme.example", "Jonas Weber", Role.REP, "Account Executive DACH", language="de"),
    Person("camille.laurent@acme.example", "Camille Laurent", Role.REP, "Account Executive France", language="fr"),
    Person(
        "devon.price@acme.example",
        "Devon Price",
        Role.REP,
        "Account Executive",
        aliases=("d.price@acme.example",),
    ),
)
REPS = tuple(person for person in PEOPLE if person.role is Role.REP)


@cache
def colleagues(count: int) -> tuple[Person, ...]:
    """Further reps; the corpus writes to none of them."""
    return tuple(
        Person(f"rep-{number:03}@{DOMAIN}", f"Rep {number:03}", Role.REP, "Account Executive")
        for number in range(1, count + 1)
    )


TENANT_ID = guid("tenant", DOMAIN)
CLIENT_ID = guid("application", DOMAIN)
CLIENT_SECRET = "sandbox~not-a-secret~" + guid("secret", DOMAIN).replace("-", "")

"""The customers and prospects of the pretend company, all invented."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Company:
    """`domain` as people write it; `language` is the one its people answer in; `rep` indexes the reps."""

    name: str
    domain: str
    trade: str
    city: str
    language: str
    currency: str
    rep: int


# The reps, in the order of sandbox.people.REPS.
RITA, JONAS, CAMILLE, DEVON = range(4)

ACCOUNTS = (
    Company("Brightwater Logistics", "brightwater.example", "freight", "Rotterdam", "en", "EUR", RITA),
    Company("Halden Elevators", "halden-elevators.example", "elevator maintenance", "Oslo", "en", "NOK", RITA),
    Company("Corvid Robotics", "corvidrobotics.example", "warehouse robotics", "Leeds", "en", "GBP", RITA),
    Company("Saltmarsh Utilities", "saltmarsh.example", "water supply", "Norwich", "en", "GBP", RITA),
    Company("Pinebrook Dental Group", "pinebrook.example", "dental clinics", "Portland", "en", "USD", RITA),
    Company("Tidewell Marine", "tidewell.example", "ship repair", "Gothenburg", "en", "SEK", RITA),
    Company("Kestrel Fire & Safety", "kestrelfire.example", "fire protection", "Bristol", "en", "GBP", RITA),
    Company("Obsidian Cooling", "obsidiancooling.example", "refrigeration", "Chicago", "en", "USD", RITA),
    Company("Northgate Hospitals", "northgate-hospitals.example", "hospital services", "Dublin", "en", "EUR", RITA),
    Company("Fjordlys Energi", "fjordlys.example", "solar installation", "Bergen", "en", "NOK", RITA),
    Company("Aoyama Seiki", "aoyama-seiki.example", "machine tools", "Nagoya", "ja", "JPY", RITA),
    Company("Bücher & Müller Verlag", "bücher-müller.example", "publishing", "Leipzig", "de", "EUR", JONAS),
    Company("Rheintal Aufzüge", "rheintal-aufzuege.example", "elevator service", "Köln", "de", "EUR", JONAS),
    Company("Steinbach Maschinenbau", "steinbach.example", "mechanical engineering", "Stuttgart", "de", "EUR", JONAS),
    Company("Alpenblick Kliniken", "alpenblick.example", "rehabilitation clinics", "Rosenheim", "de", "EUR", JONAS),
    Company("Hanseatic Kühltechnik", "hanse-kuehltechnik.example", "cold chain", "Bremen", "de", "EUR", JONAS),
    Company("Zürcher Gebäudedienste", "zgd.example", "facility services", "Zürich", "de", "CHF", JONAS),
    Company("Lindenhof Energie", "lindenhof-energie.example", "district heating", "Graz", "de", "EUR", JONAS),
    Company("Vogtland Medizintechnik", "vogtland-med.example", "medical devices", "Plauen", "de", "EUR", JONAS),
    Company("Elbtal Sicherheit", "elbtal-sicherheit.example", "security systems", "Dresden", "de", "EUR", JONAS),
    Company("Tatra Serwis", "tatra-serwis.example", "industrial service", "Kraków", "en", "PLN", JONAS),
    Company("Ascenseurs Duval", "ascenseurs-duval.example", "elevator maintenance", "Lyon", "fr", "EUR", CAMILLE),
    Company("Maison Fontenay", "maison-fontenay.example", "hotel group", "Paris", "fr", "EUR", CAMILLE),
    Company("Clim'Ouest", "climouest.example", "air conditioning", "Nantes", "fr", "EUR", CAMILLE),
    Company("Eaux de Garonne", "eaux-garonne.example", "water supply", "Toulouse", "fr", "EUR", CAMILLE),
    Company("Atelier Mercier", "atelier-mercier.example", "industrial kitchens", "Lille", "fr", "EUR", CAMILLE),
    Company("Groupe Sauvage", "groupe-sauvage.example", "pest control", "Marseille", "fr", "EUR", CAMILLE),
    Company("Ibérica de Montajes", "iberica-montajes.example", "wind turbines", "Zaragoza", "es", "EUR", CAMILLE),
    Company("Officine Ravelli", "officine-ravelli.example", "machine repair", "Bergamo", "en", "EUR", CAMILLE),
    Company("Atlas Dépannage", "atlas-depannage.example", "roadside assistance", "Casablanca", "fr", "EUR", CAMILLE),
    Company("Quillon Data Centers", "quillon.example", "data centers", "Denver", "en", "USD", DEVON),
    Company("Marigold Home Care", "marigoldcare.example", "home care", "Austin", "en", "USD", DEVON),
    Company("Redfern Plumbing", "redfern.example", "plumbing", "Melbourne", "en", "AUD", DEVON),
    Company("Cobalt Telecom", "cobalttelecom.example", "fiber rollout", "Toronto", "en", "CAD", DEVON),
    Company("Sunvale Agritech", "sunvale.example", "irrigation", "Fresno", "en", "USD", DEVON),
    Company("Al Noor Facilities", "alnoor.example", "facility services", "Dubai", "ar", "USD", DEVON),
    Company("Carmel Instruments", "carmel-instruments.example", "lab instruments", "Haifa", "he", "USD", DEVON),
    Company("Parcelline Express", "parcelline.example", "parcel carrier", "Memphis", "en", "USD", DEVON),
    Company("Ironbridge Rentals", "ironbridge.example", "plant hire", "Birmingham", "en", "GBP", DEVON),
    # Its website is a free-mail provider's: the domain must never match mail.
    Company("Salon Belle Époque", "gmail.com", "hairdressing", "Reims", "fr", "EUR", DEVON),
)
FREE_MAIL_ACCOUNT = ACCOUNTS[-1]

LEAD_COMPANIES = (
    ("Larkspur Veterinary", "larkspurvets.example"),
    ("Bluefin Aquariums", "bluefin-aquariums.example"),
    ("Castellan Security", "castellan.example"),
    ("Montrose Labs", "montroselabs.example"),
    ("Wendover Rail", "wendoverrail.example"),
    ("Gerber Lüftung", "gerber-lueftung.example"),
    ("Praxis am Markt", "praxis-am-markt.example"),
    ("Serrurerie Blanchard", "serrurerie-blanchard.example"),
    ("Toits de Bretagne", "toits-bretagne.example"),
    ("Harbour & Finch", "harbourfinch.example"),
    ("Vantage Crane Hire", "vantagecranes.example"),
    ("Oakhurst Schools", "oakhurst.example"),
)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = {
    "en": _names(
        "Hannah Oliver Priya Samuel Grace Tomasz Aisha Liam Ingrid Kwame Nora Henrik Zoe Dmitri Mei Callum Fatima Erik "
        "Siobhan Rafael Astrid Owen Lucia Magnus Chidi Helena Marek Tessa Yusuf Ebba"
    ),
    "de": _names(
        "Katharina Stefan Anneliese Björn Ulrike Matthias Sabine Jürgen Heike Florian Greta Thorsten Änne Ralf Nele "
        "Özlem Moritz Swantje"
    ),
    "fr": _names(
        "Élodie Mathieu Clémence Thibault Margaux Sébastien Inès Olivier Aurélie François Maëlle Bertrand Zoé Karim "
        "Noémie Gaël"
    ),
    "es": _names("Íñigo Carmen Begoña Joaquín Nuria Álvaro"),
    "ja": _names("Haruka Kenji Yūko Takumi"),
    "ar": _names("Layla Omar Huda Khalid"),
    "he": _names("Noa Eitan Yael Amir"),
}
LAST_NAMES = {
    "en": _names(
        "Ashworth Okonkwo Fairbairn Nair Sandvik Whitlock Kowalczyk O'Rourke Mensah Lindgren Castellano Haraldsen "
        "Petrov Nakamura Ferreira Blackwood Chowdhury Van-der-Meer Holloway Adeyemi Strand Quigley Novak Sorensen "
        "Iqbal Marsh"
    ),
    "de": _names(
        "Hoffmann Großkopf Schürmann Behrens Krüger Yılmaz Lindenau Pfeiffer Weißgerber Brandl Oetker-Lang Vogelsang "
        "Stolzenberg Dreyer"
    ),
    "fr": _names("Lefèvre Garnier Benali Rousselet Chevallier Dupuis Marchetti d'Aubigny Tessier Pelletier Hérault"),
    "es": _names("Echeverría Núñez Caballero Ortuño Zubizarreta"),
    "ja": _names("Ōtsuka Hayashi Morimoto Kanda"),
    "ar": _names("Al-Mansoori Haddad Rahman Nasser"),
    "he": _names("Ben-Ami Shapira Levanon Katz"),
}
TITLES = (
    "Head of Operations",
    "Service Manager",
    "IT Director",
    "CFO",
    "Procurement Lead",
    "COO",
    "Field Service Coordinator",
    "Information Security Officer",
    "Legal Counsel",
    "Managing Director",
    "Project Manager",
    "Dispatch Supervisor",
)

"""How mails begin and end: greetings, closings, signatures and disclaimers by language."""

GREETINGS = {
    "en": ("Hi {to},", "Hello {to},", "Dear {to},", "{to},", "Good morning {to},"),
    "de": ("Hallo {to},", "Guten Tag {to},", "Guten Morgen {to},"),
    "fr": ("Bonjour {to},", "Bonjour,", "Bonjour {to}, bonjour à toute l'équipe,"),
    "es": ("Hola {to}:", "Buenos días, {to}:"),
}
CLOSINGS = {
    "en": ("Best regards", "Kind regards", "Thanks", "Cheers", "All the best", "Many thanks"),
    "de": ("Viele Grüße", "Mit freundlichen Grüßen", "Beste Grüße"),
    "fr": ("Cordialement", "Bien à vous", "Bonne journée"),
    "es": ("Un cordial saludo", "Saludos"),
}
DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag"),
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi"),
    "es": ("lunes", "martes", "miércoles", "jueves", "viernes"),
}
SYSTEMS = ("SAP", "Dynamics", "NetSuite", "Odoo", "an Access database from 2009", "Infor", "Salesforce Field Service")
DISCLAIMERS = {
    "en": "This message is confidential and intended only for the person it is addressed to.",
    "de": "Diese Nachricht ist vertraulich und nur für den Empfänger bestimmt.",
    "fr": "Ce message est confidentiel et destiné à son seul destinataire.",
    "es": "Este mensaje es confidencial y va dirigido únicamente a su destinatario.",
}
MOBILE_SIGNATURES = (
    "Sent from my iPhone",
    "Von meinem iPhone gesendet",
    "Envoyé de mon iPhone",
    "Get Outlook for Android",
)

# How a whole office is addressed.
EVERYBODY = {"en": "all", "de": "zusammen", "fr": "à tous", "es": "a todos"}

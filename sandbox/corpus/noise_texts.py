"""What the rest of a mailbox says: newsletters, receipts, colleagues, recruiters, friends."""

NEWSLETTERS = (
    (
        "Field Service Weekly",
        "news@fieldserviceweekly.example",
        "Five dispatch boards compared",
        "This week: what a missed appointment really costs.",
    ),
    (
        "SalesCraft",
        "hello@salescraft.example",
        "🔥 The one question that opens doors",
        "Plus: why your follow-up is too short.",
    ),
    (
        "Cloud Ledger",
        "updates@cloudledger.example",
        "What's new in November",
        "Faster exports, a darker dark mode and fewer clicks.",
    ),
    (
        "Nordic SaaS Digest",
        "digest@nordicsaas.example",
        "Funding round-up",
        "Three seed rounds and one surprising exit.",
    ),
    (
        "Café Kranz",
        "treue@cafe-kranz.example",
        "Ihr zehnter Kaffee geht auf uns ☕",
        "Nur diese Woche in allen Filialen.",
    ),
    (
        "Voyages Méridien",
        "offres@voyages-meridien.example",
        "-40 % sur les week-ends d'hiver",
        "Réservez avant dimanche minuit.",
    ),
    (
        "TrailKit Outdoor",
        "deals@trailkit.example",
        "Your size is back in stock",
        "The jacket you looked at is available again.",
    ),
    (
        "DevOps Dispatch",
        "editor@devopsdispatch.example",
        "Issue 214: queues that never drain",
        "A long read on backpressure.",
    ),
    (
        "Museum of Small Things",
        "friends@smallthings.example",
        "Late opening on Thursday",
        "Wine, buttons and a talk about thimbles.",
    ),
)
MARKETING_BY_CUSTOMERS = (
    ("What we learned from 1,000 site visits", "Our yearly report is out. Read how crews plan their winter."),
    ("You are invited: open day in {city}", "Meet our team, see the new workshop, stay for lunch."),
    ("{company} monthly: new services, new faces", "A short look at what has changed at {company} this month."),
)
RECEIPTS = (
    ("no-reply@ridehail.example", "RideHail", "Your receipt for Tuesday's trip", "Total: 18.40. Thanks for riding."),
    (
        "no-reply@skyhopper.example",
        "SkyHopper",
        "Booking confirmation QX7H2L",
        "Check-in opens 24 hours before departure.",
    ),
    (
        "no-reply@printshop.example",
        "PrintShop",
        "Order #88121 has been received",
        "We will tell you when it leaves our house.",
    ),
    (
        "no-reply@cloudledger.example",
        "Cloud Ledger",
        "Invoice CL-2041 is available",
        "Your card ending in 4242 was charged.",
    ),
    ("no-reply@lockbox.example", "Lockbox", "Your verification code is 481902", "It expires in ten minutes."),
)
CARRIERS = (
    ("no-reply@swiftparcel.example", "SwiftParcel", "Your parcel is on its way", "Expected tomorrow between 9 and 12."),
    ("no-reply@swiftparcel.example", "SwiftParcel", "Delivered: parcel 00340", "Left with a neighbour."),
    ("no-reply@postlinie.example", "Postlinie", "Ihre Sendung wurde zugestellt", "Ablageort: Empfang."),
)
TRANSACTIONAL_BY_CUSTOMERS = (
    ("Invoice {n}-2026 from {company}", "Please find your invoice {n}-2026. Do not reply to this automatic message."),
    ("Your order {n} has shipped", "Your order {n} has left our warehouse. Track it in the portal."),
    ("Password reset for the {company} supplier portal", "Use the link within one hour to choose a new password."),
    ("Payment receipt {n}", "We have received your payment. This receipt was made automatically."),
)
CHATTER = (
    ("Forecast for Friday", "Could everyone update their numbers before noon? I would rather not guess again."),
    ("Lunch?", "The noodle place has tables again. 12:15 at the door?"),
    (
        "Notes from the pipeline meeting",
        "Three deals moved, one slipped, and we owe {company} an answer on notice periods.",
    ),
    ("Who has the demo tablet?", "It is not in the drawer and I have a visit at three."),
    ("FW: {company} asks about SSO", "Ada, could you have a look at their questions? They are reasonable people."),
    ("Office closed on Monday", "The heating is being replaced. Please work from home and bring the plants in."),
    ("Discount for {company}", "They asked for ten percent. I would give seven and a training day. Opinions?"),
    ("Welcome to Noor", "Noor starts on Monday in support. Please say hello, she likes puzzles."),
    ("Re: travel expenses", "Receipts by the 25th or it waits until next month, no exceptions, including me."),
)
CHATTER_REPLIES = (
    "Done.",
    "Works for me.",
    "I would rather not, but fine.",
    "Good point, let us talk tomorrow.",
    "👍",
    "On it.",
)
RECRUITERS = (
    (
        "An opportunity you will want to hear about",
        "I came across your profile and was impressed. Are you open to a confidential chat?",
    ),
    ("Sales Director, remote, 140k", "A fast-growing client of ours is looking for exactly your background."),
    ("Quick question about your career", "I promise this is not spam. Ten minutes on the phone, no strings."),
)
PRIVATE = (
    ("Saturday", "Are you still coming on Saturday? Bring the big pot, and the children if they want to."),
    ("Photos from the lake", "Here are the pictures at last. You blink in all of them."),
    ("Choir rehearsal moved", "We meet in the small hall this week, half an hour later."),
    ("Parents' evening", "The class meets on Wednesday at 19:00. Please confirm that one of you can come."),
    ("Your results", "Your results are in. Please call the practice between 8 and 12."),
)
PRIVATE_REPLIES = ("Yes, of course!", "Thank you, see you there.", "Can't wait.")
VENDORS = (
    ("Better leads for Acme", "We deliver verified leads in your niche. Shall I send a sample of fifty?"),
    ("Your website loses visitors", "I found six issues on your home page and would like to walk you through them."),
    ("Office coffee, half price", "Switch by the end of the month and the machine is free."),
)
STRANGERS = (
    ("Sofia Lind", "sofia.lind.home@gmail.com"),
    ("Onkel Herbert", "herbert.from.the.lake@gmx.de"),
    ("Paul & Manon", "paul.et.manon.martin@orange.fr"),
    ("Greta Holm", "greta.holm.choir@yahoo.com"),
    ("Praxis Dr. Sommer", "empfang@praxis-sommer.example"),
    ("Talia Reeves", "talia@bright-talent.example"),
    ("Victor Amsel", "v.amsel@headhunt.example"),
    ("Bo Nguyen", "bo@leadfountain.example"),
    ("Ruth Feld", "ruth.feld@beanbarons.example"),
    ("李娜", "lina.studio@outlook.com"),
    ("דנה לוי", "dana.levi.home@gmail.com"),
)
OUT_OF_OFFICE = {
    "en": (
        "Automatic reply: {subject}",
        "Thank you for your message. I am out of the office until {day} and will read it then.",
    ),
    "de": ("Automatische Antwort: {subject}", "Vielen Dank für Ihre Nachricht. Ich bin bis {day} nicht im Büro."),
    "fr": (
        "Réponse automatique : {subject}",
        "Je suis absent du bureau jusqu'au {day} et lirai votre message à mon retour.",
    ),
}
CALENDAR_ANSWERS = {
    "en": (("Accepted", "accepted"), ("Declined", "declined"), ("Tentative", "tentativelyAccepted")),
    "de": (("Zugesagt", "accepted"), ("Abgelehnt", "declined"), ("Mit Vorbehalt", "tentativelyAccepted")),
    "fr": (("Accepté", "accepted"), ("Refusé", "declined"), ("Provisoire", "tentativelyAccepted")),
}
JUNK = (
    ("You have WON", "Claim within 24 hours or the prize goes to somebody else."),
    ("Invoice overdue!!!", "Open the attached file at once to avoid legal steps."),
    ("Lonely in your city", "Somebody is waiting for your answer."),
)

"""What a deal's correspondence says in other languages and scripts."""

from sandbox.corpus.story import Story, customer, rep

STORIES_DE = (
    Story(
        ("Angebot für {company}", "Ihre Anfrage zur Einsatzplanung"),
        (
            rep(
                "vielen Dank für das offene Gespräch am {day}. Wie besprochen erhalten Sie unser Angebot für {n} "
                "Techniker: {amount} im Jahr, inklusive Anbindung an {system}.\n\nGerne gehe ich die Positionen mit "
                "Ihnen durch.",
            ),
            customer(
                "danke für das Angebot. Der Preis liegt etwas über unserem Rahmen. Gibt es Spielraum, wenn wir "
                "zunächst nur mit dem Standort {city} beginnen?",
                "wir haben das Angebot intern besprochen. {other} aus dem Einkauf hätte gern eine Variante mit drei "
                "Jahren Laufzeit.",
            ),
            rep(
                "das machen wir gern. Mit {city} als Pilot und drei Jahren Laufzeit komme ich Ihnen um {few} Prozent "
                "entgegen. Das überarbeitete Angebot liegt bei.",
            ),
            customer("das passt. Ich lege es am {day} der Geschäftsführung vor und melde mich danach."),
        ),
        "de",
        "AW: ",
    ),
    Story(
        ("Fragen zum Datenschutz", "Auftragsverarbeitung und Betriebsrat"),
        (
            customer(
                "bevor wir weitermachen, benötigt unser Betriebsrat eine Aussage: Welche Standortdaten der Monteure "
                "werden gespeichert, und wie lange?",
            ),
            rep(
                "die Standortdaten werden standardmäßig {n} Tage aufbewahrt; auf Wunsch gar nicht. Auswertungen "
                "einzelner Personen gibt es nicht.\n\nDen Entwurf der Vereinbarung zur Auftragsverarbeitung habe ich "
                "beigefügt.",
            ),
            customer(
                "vielen Dank, damit kann der Betriebsrat gut leben. Bitte senden Sie noch die Liste der "
                "Unterauftragnehmer."
            ),
        ),
        "de",
        "AW: ",
    ),
    Story(
        ("Termin für die Vorführung", "Vorführung der Plantafel am {day}"),
        (
            rep(
                "passt Ihnen der {day} um 10 Uhr für die Vorführung? Ich zeige Ihnen die Plantafel mit Ihren eigenen "
                "Schichten und danach die App ohne Netz.",
            ),
            customer(
                "{day} passt. Wir sind zu viert, {other} aus der Disposition ist auch dabei. Bitte planen Sie Zeit für "
                "die Überstundenregeln ein.",
            ),
            rep(
                "wunderbar, die Einladung ist unterwegs. Für die Überstundenregeln habe ich ein eigenes Beispiel "
                "vorbereitet."
            ),
            customer(
                "herzlichen Dank für die Vorführung. Die Kollegen waren angetan, vor allem von der Suche nach "
                "Ersatzteilen."
            ),
        ),
        "de",
        "Re: ",
    ),
    Story(
        ("Störung in der App", "Doppelte Aufträge seit {day}"),
        (
            customer(
                "seit heute früh erscheinen Aufträge aus {system} doppelt. Bitte schauen Sie sich das dringend an, die "
                "Disposition steht.",
            ),
            rep(
                "das tut mir leid. Unsere Entwickler sind dran; bis Mittag ist es behoben, Daten gehen keine verloren."
            ),
            customer("läuft wieder. Danke für die schnelle Hilfe!"),
        ),
        "de",
        "AW: ",
    ),
)

STORIES_FR = (
    Story(
        ("Proposition pour {company}", "Votre projet de planification"),
        (
            rep(
                "Merci pour notre échange de {day}. Comme convenu, vous trouverez notre proposition pour {n} "
                "techniciens : {amount} par an, connexion à {system} comprise.\n\nJe reste à votre disposition pour en "
                "parler.",
            ),
            customer(
                "Merci pour la proposition. {other} souhaite commencer par le site de {city} avant de généraliser. "
                "Est-ce envisageable au même tarif ?",
                "Nous avons bien reçu votre offre. Le montant dépasse un peu l'enveloppe ; que devient-il avec un "
                "engagement de trois ans ?",
            ),
            rep(
                "Tout à fait. Avec {city} comme site pilote et un engagement de trois ans, je peux vous accorder {few} "
                "pour cent. La version révisée suit.",
            ),
            customer("Parfait. Je la présente au comité {day} et je reviens vers vous."),
        ),
        "fr",
        "RE: ",
    ),
    Story(
        ("Démonstration du {day}", "Suite à la démonstration"),
        (
            rep(
                "Voici le déroulé pour {day} : vos tournées telles qu'elles sont, les mêmes dans le planning, puis "
                "l'application hors connexion. Qui participera de votre côté ?",
            ),
            customer(
                "Nous serons trois, avec {other} qui gère les pièces détachées. Merci de prévoir un moment pour les "
                "astreintes du week-end.",
            ),
            rep("C'est noté. J'ai préparé un exemple avec vos astreintes et les temps de repos."),
            customer("Merci encore, l'équipe est convaincue. Il reste à rassurer notre responsable informatique."),
        ),
        "fr",
        "RE: ",
    ),
    Story(
        ("Questions de sécurité", "Hébergement des données"),
        (
            customer(
                "Notre responsable informatique demande où sont hébergées les données et si vous prenez en charge "
                "notre annuaire pour l'authentification.",
            ),
            rep(
                "Les données restent dans l'Union européenne, chiffrées par client. L'authentification par votre "
                "annuaire est comprise. Le rapport d'audit est joint.",
            ),
            customer("Merci, c'est clair. Il ne manque que la durée de conservation des positions GPS."),
            rep("Elle est de {n} jours par défaut, et vous pouvez la ramener à zéro."),
        ),
        "fr",
        "RE: ",
    ),
    Story(
        ("Report de notre rendez-vous", "Retard ce matin"),
        (
            customer("Un imprévu à l'atelier : pouvons-nous reporter à {other_day}, même heure ?"),
            rep("Bien sûr, {other_day} me convient. L'invitation est modifiée."),
        ),
        "fr",
        "TR: ",
    ),
)

STORIES_ES = (
    Story(
        ("Propuesta para {company}", "Demostración del {day}"),
        (
            rep(
                "Gracias por su interés. Le envío la propuesta para {n} técnicos: {amount} al año, con la conexión a "
                "{system} incluida. ¿Le viene bien hablar el {day}?",
            ),
            customer(
                "Muchas gracias. ¿Podemos empezar solo con la base de {city}? {other} quiere verlo funcionar en campo "
                "antes de decidir.",
            ),
            rep("Por supuesto. Preparo el piloto y le llamo el {day}."),
            customer("Perfecto, quedamos así. ¡Un saludo!"),
        ),
        "es",
        "RE: ",
    ),
)

STORIES_JA = (
    Story(
        ("お見積りの件", "デモの日程について"),
        (
            rep(
                "Dear {first},\n\nThank you for your time last week. Our proposal for {n} technicians is {amount} a "
                "year."
            ),
            customer(
                "いつもお世話になっております。\n\nお見積りありがとうございます。社内で検討いたしましたところ、まずは{city}の拠点で"
                "試験導入したいと考えております。来週、オンラインで打ち合わせは可能でしょうか。\n\nよろしくお願いいたします。",
            ),
            rep("Of course. I suggest {day} at 9:00 your time; an interpreter will join us."),
            customer("ありがとうございます。その日程で承知いたしました。当日はどうぞよろしくお願いいたします。"),
        ),
        "ja",
    ),
)

STORIES_AR = (
    Story(
        ("عرض السعر لشركة {company}", "موعد العرض التوضيحي"),
        (
            rep("Thank you for the call. Attached is the offer for {n} technicians at {amount} a year."),
            customer(
                "شكرًا جزيلًا على العرض.\n\nنودّ أن نبدأ بفريق {city} أولًا ثم نتوسّع في الربع القادم. هل يناسبكم "
                "الاجتماع يوم الأحد؟\n\nمع أطيب التحيات",
            ),
            rep("Sunday is fine. I have sent the invitation for 10:00 Dubai time."),
            customer("ممتاز، نراكم يوم الأحد إن شاء الله."),
        ),
        "ar",
    ),
)

STORIES_HE = (
    Story(
        ("הצעת מחיר עבור {company}", "תיאום הדגמה"),
        (
            rep("Many thanks for the questions. The short answer to all three is yes; details are below."),
            customer(
                "תודה רבה על התשובה המהירה.\n\nנשמח להתחיל בפיילוט קטן במעבדה בחיפה (כ-{few} טכנאים). האם אפשר לקבל "
                "הצעה מעודכנת עד יום שלישי?\n\nבברכה",
            ),
            rep("The revised offer is attached: {few} technicians, three months, {amount}."),
            customer("מצוין, נחזור אליך אחרי הישיבה."),
        ),
        "he",
    ),
)

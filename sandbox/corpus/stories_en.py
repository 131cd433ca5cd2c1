"""What a deal's correspondence says, in English: from the first hello to the kickoff and after."""

from sandbox.corpus.story import Story, customer, rep

STORIES_EN = (
    Story(
        ("Introduction: Acme Fieldwork and {company}", "Following up from the {trade} meetup", "Quick hello from Acme"),
        (
            rep(
                "It was good to meet you in {city} last week. You mentioned that your dispatchers still plan the day "
                "on a whiteboard and two spreadsheets.\n\nWe help teams in {trade} see every technician, part and "
                "promise in one plan. Would {day} or {other_day} suit for a half-hour call?",
                "{colleague} suggested I write to you. We work with several companies in {trade} that had outgrown "
                "their planning board, and I suspect {company} may be at the same point.\n\nCould we find thirty "
                "minutes next week? I will bring two examples and no slides.",
            ),
            customer(
                "Thanks for writing. The timing is not bad: we lose about {n} hours a week to double bookings, and "
                "nobody owns the problem.\n\n{day} at 10 works for me. Please include {other}, who runs the depot.",
                "Happy to talk. To set expectations, there is no budget line for this yet, but our COO asked for "
                "options before the end of the quarter.\n\nCan you do {day} afternoon?",
            ),
            rep(
                "Perfect, {day} it is. The invitation follows in a minute.\n\nSo that we use the time well: how many "
                "people are in the field on an ordinary day, and what do you use to keep track of spare parts?",
            ),
            customer(
                "About {n} technicians, a few more in winter. Parts live in {system}, which nobody loves but everybody "
                "feeds.\n\nSee you {day}.",
            ),
        ),
    ),
    Story(
        ("Demo on {day}: agenda", "Your demo of the scheduling board", "Demo follow-up"),
        (
            rep(
                "For {day} I propose the following:\n\n1. Your week as it looks today (10 min, you talk)\n2. The same "
                "week in the planning board (20 min)\n3. Mobile app, offline, with a photo and a signature (10 "
                "min)\n4. Questions\n\nWho else from {company} will join?",
                "Thank you all for the lively hour. The three questions I took away: work orders from {system}, "
                "planning across regions, and what happens when a van has no signal.\n\nThe recording and my answers "
                "are below.",
            ),
            customer(
                "Looks right. {other} will join for the part about {system}, and please keep ten minutes for the app: "
                "our people judge software by what it does in a basement without reception.",
                "Very useful, thank you. The drag and drop got a few smiles. What nobody could answer was how overtime "
                "rules are kept when a job is moved to the next day. Can you show that?",
            ),
            rep(
                "Good question. The board refuses a move that breaks a rest period and says which rule it was. I have "
                "recorded a three-minute clip with your own shift model.\n\nShall we plan a second session with the "
                "dispatchers only? In my experience they find the real problems.",
            ),
            customer(
                "The clip answered it. {other} watched it twice, which counts as enthusiasm here.\n\nYes to the second "
                "session: {other_day}, 9 to 10, four dispatchers.",
                "Second session is fine, but after the {day} audit please. Everyone is hiding until then.",
            ),
        ),
    ),
    Story(
        ("Security review questionnaire", "{company}: information security questions", "Pen test report and SSO"),
        (
            customer(
                "Before we go further our security team needs answers to the attached list. The important ones: where "
                "is the data kept, who can read it, and do you support single sign-on with our identity provider?",
                "I look after information security at {company}. {other} tells me that you want to connect to "
                "{system}. Please send your latest penetration test summary and a list of subprocessors.",
            ),
            rep(
                "Gladly. In short: data stays in the EU, encrypted at rest with keys per customer; support staff have "
                "no standing access; SAML and OpenID Connect are both included in every plan.\n\nI have asked our Head "
                "of IT to fill in the full list by {day}.",
            ),
            customer(
                "Thank you, that covers most of it. Two points remain open: retention of location data of our "
                "technicians (the works council will ask) and the notification period after an incident.",
            ),
            rep(
                "Location data is kept for {n} days by default and can be set to zero. Incidents are reported within "
                "24 hours of being confirmed; that is also what our data processing agreement says in section "
                "7.\n\nIf a short call with the works council helps, we have done that before.",
            ),
            customer("That is a good answer. I am closing the review with status green. Procurement will be in touch."),
        ),
    ),
    Story(
        ("Pricing for {n} seats", "Proposal for {company}", "Updated offer, valid until {day}"),
        (
            rep(
                "As discussed, here is our proposal for {n} technicians and {few} dispatchers: {amount} a year, "
                "including onboarding and the connection to {system}.\n\nThe price holds until the end of the month. I "
                "am happy to walk {other} through it.",
                "Here is the offer with the two variants we talked about. Variant A starts with the {city} depot only; "
                "variant B covers everyone from day one and comes to {amount}.\n\nMy honest advice is A, then B in "
                "spring.",
            ),
            customer(
                "Thank you. {amount} is about a fifth above what {other} has in mind. Is there room if we sign for "
                "three years, or if we do the training ourselves?",
                "We like variant A. Two questions: do part-time technicians count as a full seat, and can we start "
                "paying when the pilot ends?",
            ),
            rep(
                "Part-timers below fifteen hours count half. And yes, for a term of three years I can take {few} "
                "percent off and start billing at go-live.\n\nI have put both into the attached revision.",
                "I spoke with Marco, our Head of Sales. Three years gets you ten percent, and if your people do the "
                "training we drop that line altogether.",
            ),
            customer(
                "That works for us. I will take it to the board on {day}. Please have the order form ready, they "
                "dislike loose ends.",
                "Better. Our CFO wants to compare it with one other vendor; you should hear from us by {day}.",
            ),
        ),
    ),
    Story(
        ("Contract redlines", "MSA: comments from {company}", "Order form and DPA for signature"),
        (
            customer(
                "Our counsel has gone through the agreement. The comments are mostly small. Clause 9.2 (liability) and "
                "the renewal notice of 90 days are the two that matter.",
                "Legal is done with the contract. They ask for 30 days' notice in place of 90 and a cap at twice the "
                "annual fee. Everything else is accepted.",
            ),
            rep(
                "Thank you for the quick turnaround. Sixty days is as far as we can go on the notice; the cap at twice "
                "the fee is fine.\n\nIf you agree I will send the clean version for signature today.",
            ),
            customer("Sixty is acceptable. Please send the clean copy to {other}, who signs on our behalf."),
            rep(
                "Sent a moment ago. Once it is signed, our onboarding lead will write to you about the kickoff. It has "
                "been a pleasure so far.",
            ),
            customer("Signed on our side. The champagne is on you."),
        ),
    ),
    Story(
        ("Kickoff: who, when, where", "Onboarding plan for {company}", "Project start in {city}"),
        (
            rep(
                "Welcome aboard! For the kickoff on {day} we need three people: someone who knows the shifts, someone "
                "with access to {system}, and a technician who is not afraid of new apps.\n\nThe plan is attached; "
                "week one is only listening.",
            ),
            customer(
                "Shifts: me. {system}: {other}. The technician is harder, but I have bribed somebody with a new "
                "tablet.",
                "All set for {day}. Room 4.12, second floor, and please bring the adapter for the old projector.",
            ),
            rep(
                "Notes from today: master data by {other_day}, pilot with eight vans in {city}, go or no-go after "
                "three weeks. Risks: the export from {system} has two date formats.\n\nDid I miss anything?",
            ),
            customer(
                "Nothing missed. The export is being fixed. The vans are named already, which I take as a good sign."
            ),
        ),
    ),
    Story(
        ("{system} integration: field mapping", "API access for the pilot", "Work orders arrive twice"),
        (
            customer(
                "We see each work order twice since the sync went live on {day}. The second one has no customer "
                "number. Is that our export or your import?",
                "Which fields of {system} do you need write access to? Our administrator wants the list to be as short "
                "as possible.",
            ),
            rep(
                "Thanks for the precise report. It is a filter on our side that treats a corrected order as a new "
                "one. A fix is in test and goes live tonight; the doubles will be merged, nothing is lost.",
                "Only three: appointment start, technician, status. Everything else is read. If you prefer, we start "
                "read-only and planners confirm by hand for the first two weeks.",
            ),
            customer(
                "Confirmed, this morning's orders are single. {other} asks me to say thanks, which does not happen "
                "often.",
                "Read-only first is what we will do. That makes the approval much easier.",
            ),
        ),
    ),
    Story(
        ("Checking in", "Any news from the board?", "Next steps for {company}"),
        (
            rep(
                "I wanted to ask how the board meeting went. If priorities have moved, a short no is fine as well, "
                "and I will stop chasing you.",
                "Two weeks have passed since our last talk, and I would rather ask once than guess: is the project "
                "still planned for this quarter?",
            ),
            customer(
                "Sorry for the silence. The board liked it but pushed the start to after the inventory. Realistic date "
                "is now {day} in two weeks. No need to sell, only to wait.",
                "You are right to ask. We had a reorganization and {other} now holds the budget. I have briefed them; "
                "could you send the summary page again?",
            ),
            rep("Thank you for being open about it. The summary is attached, and I have noted the new date."),
        ),
    ),
    Story(
        ("Renewal for the coming year", "Your contract ends in {few} weeks", "Seats and renewal"),
        (
            rep(
                "Your first year with us ends soon. {n} technicians used the board on an average day, and first-time "
                "fixes went from 71 to 83 percent.\n\nI suggest renewing as is and adding the analytics for the "
                "service managers. Shall we talk on {day}?",
            ),
            customer(
                "Nice numbers. We want to renew, yet seven seats have been idle since we closed a depot. Please take "
                "them out before we speak of additions.",
                "Renewing is not in doubt. The app's battery use is: please tell us what is being done about it.",
            ),
            rep(
                "The idle seats are out, which lowers the fee to {amount}. On the battery, the release of next month "
                "halves the background location checks; {other} can have it early.",
            ),
            customer("Then we have a deal. Send the paper."),
        ),
    ),
    Story(
        ("Support: technicians logged out every morning", "App crashes when scanning", "Issue on site in {city}"),
        (
            customer(
                "Since Monday our people have to sign in again each morning, and with gloves on that is no fun. "
                "Version on the phones is 5.14. Can somebody have a look today?",
                "Scanning a part number crashes the app on the older handhelds. Roughly one scan in ten. Photo of the "
                "error below.",
            ),
            rep(
                "I have raised this with our engineers as urgent. For now, switching off the power saver for the app "
                "avoids it. You will hear from me before five.",
            ),
            customer("The workaround helps. Please tell us when the real fix is out, so that I can undo it."),
            rep("The fix is in version 5.14.2, rolling out since this morning. Thank you for your patience."),
        ),
    ),
    Story(
        ("Reference call", "Would you speak to another customer of ours?", "Site visit on {day}"),
        (
            rep(
                "A company of your size in another trade is choosing between us and doing nothing. Would you give them "
                "twenty minutes and the unvarnished truth?",
            ),
            customer(
                "Gladly, on one condition: I will also tell them about the first week. {day} after three is good.",
                "Fine with me. Give them my number and tell them I am on the road until {day}.",
            ),
        ),
    ),
    Story(
        ("Invoice address and PO number", "Supplier registration", "Vendor form for {company}"),
        (
            customer(
                "Procurement needs your tax number, bank details on letterhead and the attached vendor form before "
                "they can raise a purchase order for {amount}.",
            ),
            rep(
                "Attached you find the form and a letter from our bank. Please put the PO number on the order form so "
                "that the first invoice finds its way.",
            ),
            customer("All registered. Your vendor number is {n}0{few}41; the PO follows by {day}."),
        ),
    ),
    Story(
        ("Moving our call", "Running late", "Can we do {other_day} instead?"),
        (
            customer(
                "Something came up at the depot. Could we move today's call to {other_day}, same time?",
                "Half my team is stuck on a train outside {city}. Shall we postpone to {other_day}?",
            ),
            rep("No problem at all, {other_day} works. I have moved the invitation."),
        ),
    ),
    Story(
        ("{other} joins the project", "New contact at {company}", "Handing over"),
        (
            customer(
                "From next month {other} will look after this project, as I am moving to the {city} site. I have told "
                "{other} that you answer the phone, so please keep it up.",
            ),
            rep(
                "Thank you for the warm handover, and all the best in {city}. {other}, I will call you on {day} to say "
                "hello properly.",
            ),
            customer(
                "Looking forward to it. I have read the whole thread and have only one question: who named the vans?"
            ),
        ),
    ),
)

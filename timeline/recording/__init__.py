"""Recording: mail is one, however many mailboxes show it, and stands in its conversation, under its deal.

a page of composed mails ──▶ each a Mail (mail.py), the one value that walks down here
   │ erased.py     erased, or somebody in it was? it stays away
   │ identify.py   which of them are recorded, and which copy is of which
   │ thread.py     the conversation, and which two a late mail ties
   ├─ new   record.py: rows; its people (people.py), deal, account and owner (timeline/assignment)
   ├─ known merge.py: what this copy adds to what is recorded
   └─ join.py      two recorded mails that a copy shows to be one
                                      │
                                      ▼
             timeline/copies.py: whose mailboxes hold it, with which visibility; rights are read from there
"""

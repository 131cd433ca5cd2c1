"""Assignment: the deal, the account and the owner of each engagement, from its first moment through every change.

 a new mail or call ─────────────────────────────┐
                                                 ▼
 a later copy, joined conversations ─┐      MailFacts ──▶ candidates, rules, holds ──▶ settle() ──▶ columns
 a copy taken back, copies joined   ─┤           ▲        candidates.py               timeline/domain/assignment.py
 a person corrects    correct.py    ─┼──▶ standing.py: rows locked; people, records,   (which deal a rule chooses:
 a person makes it a rule  learn.py ─┤    copies and the directory say the facts         timeline/domain/choosing.py)
 the CRM, a colleague reassess.py   ─┘
                       └──▶ assign.py ──▶ people and records follow the match (records.py) ──▶ announced

Nobody else writes the three columns. What a person decided goes before every rule, a legal hold before that person.
"""

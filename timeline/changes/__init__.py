"""The one door for what changes on the timeline: every writer of it passes `record_change`.

recording · assignment · hiding · deletion · …   rows of an engagement or conversation, its people, records, copies
      │  the same unit of work
      ▼
record_change ──▶ Change, without a position ──commit──▶ numbering.py: a position, in the order of commit
                                                              │
                  readers, each with a cursor of its own ◀────┘   search/writing.py: the index
                                                                  following.py: the sums by deal (counting.py)

It stands whether or not there is a search server. `tests/timeline/changes/test_door.py` holds that nobody goes around.
"""

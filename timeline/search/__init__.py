"""Search: one door, answered by Elasticsearch where there is one and it is up to date, else by the database.

search_engagements(viewer, "renewal jane@globex.com")
   │ terms, folded                                   timeline/domain/words.py
   ├─ ELASTICSEARCH_URL set, answering, current ──▶ ids ──┐   timeline/search/elastic.py
   └─ else: the database, and a notice that says so ──────┴─▶ rows that the viewer may see, newest first

Both find the same: the same folded words, the same rules about who may find by what (timeline/visibility.py).
"""

from timeline.search.query import SearchAnswer, search_engagements

__all__ = ["SearchAnswer", "search_engagements"]

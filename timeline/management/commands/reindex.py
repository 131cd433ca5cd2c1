"""`manage.py reindex`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from timeline.models import Engagement
from timeline.search.building import BuildUnderWay, build_index
from timeline.search.refolding import refold_all
from timeline.search.writing import IndexUnavailable


class Command(BaseCommand):
    """Rebuilds what search reads, from the tables; searches and writes go on meanwhile."""

    help = "Rebuild the search index without downtime."

    def handle(self, *_: Any, **__: Any) -> None:
        total = Engagement.objects.count()
        with tqdm(total=total, desc="Words", unit="", disable=None) as bar:
            folded = refold_all(bar.update)
        self.stdout.write(f"The words of {folded:,} engagements are folded anew.")
        if settings.ELASTICSEARCH_URL:
            self.stdout.write(f"The new index holds {_build(total):,} documents and is in use.")
        else:
            self.stdout.write("ELASTICSEARCH_URL is not set: the database answers searches.")


def _build(total: int) -> int:
    try:
        with tqdm(total=total, desc="Documents", unit="", disable=None) as bar:
            return build_index(lambda done, _: bar.update(done - bar.n))
    except BuildUnderWay as error:
        raise CommandError(f"{error} Wait for it to end; one that died is taken over after five minutes.") from error
    except IndexUnavailable as error:
        raise CommandError(
            f"Elasticsearch at {settings.ELASTICSEARCH_URL} takes no documents now ({error}). "
            "The index in use is as it was; run reindex again when the server answers."
        ) from error

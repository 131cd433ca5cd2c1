"""What is searched where there is no search server, and an index that is being built."""

from django.db import models

from accounts.models import Organization
from timeline.models.engagements import Engagement


class SearchText(models.Model):
    """The folded words of an engagement (timeline.domain.words): what the database searches and the index is fed."""

    engagement = models.OneToOneField(
        Engagement, on_delete=models.CASCADE, primary_key=True, related_name="search_text"
    )
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    people = models.TextField(blank=True, help_text="Names and addresses.")
    subject = models.TextField(blank=True)
    body = models.TextField(blank=True, help_text="An email's new text; a call's or meeting's notes.")
    folded = models.TextField(
        blank=True, help_text="What an email has beside it: signature, banners, quotes whose mail is not stored."
    )

    def __str__(self) -> str:
        return str(self.engagement_id)


class IndexBuild(models.Model):
    """A search index being built beside the one in use: changes go to both until it takes over."""

    index = models.CharField(max_length=191, unique=True)
    started_at = models.DateTimeField(auto_now_add=True)
    alive_at = models.DateTimeField(help_text="A build that is silent for long has died with its process.")
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return self.index

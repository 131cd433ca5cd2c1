"""This app's pages."""

from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from timeline.views import assignment, conversations, deals, records, search

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="deals"), name="home"),
    path("deals/", deals.deals, name="deals"),
    path("deals/<uuid:pk>/", deals.deal, name="deal"),
    path("customers/accounts/<uuid:pk>/", records.account, name="account"),
    path("customers/contacts/<uuid:pk>/", records.contact, name="contact"),
    path("customers/leads/<uuid:pk>/", records.lead, name="lead"),
    path("conversations/<uuid:pk>/", conversations.conversation, name="conversation"),
    path("conversations/<uuid:pk>/delete/", conversations.delete, name="delete-conversation"),
    path("engagements/<uuid:pk>/assignment/", assignment.assignment, name="assignment"),
    path("engagements/<uuid:pk>/assignment/rule/", assignment.make_rule, name="make-filing-rule"),
    path("review/", assignment.review, name="review"),
    path("review/rules/<int:pk>/take-back/", assignment.take_back_rule, name="take-back-filing-rule"),
    path("search/", search.search, name="search"),
]

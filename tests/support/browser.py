"""Somebody who is signed in."""

from django.test import Client

from accounts.models import User


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client

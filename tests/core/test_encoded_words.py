"""Encoded words where ids stand: read whole, split, and broken."""

import pytest

from core.encoded_words import without_encoded_words


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<one@acme.example>", "<one@acme.example>"),
        ("=?utf-8?q?=3Cone=40acme=2Eexample=3E?=", "<one@acme.example>"),
        ("=?utf-8?q?=3Cone?= =?utf-8?q?=40acme?=\t=?utf-8?q?=2Eexample=3E?=", "<one@acme.example>"),
        ("=?UTF-8?B?PG9uZUA=?==?UTF-8?B?eD4?=", "<one@x>"),
        ("=?utf-8?q?=3Ca=40x=3E?= <b@x>", "<a@x> <b@x>"),
        ("=?nothing?q?=3Ca=40x=3E?=", "=?nothing?q?=3Ca=40x=3E?="),
        ("=?utf-8?b?A?=", "=?utf-8?b?A?="),
        ("=?utf-8?q?=3Ca", "=?utf-8?q?=3Ca"),
        ("<a=?b@x>", "<a=?b@x>"),
    ],
)
def test_encoded_words_are_read_and_joined(text, read):
    assert without_encoded_words(text) == read

"""A text's hash is SHA-256 in hex, whatever the text."""

import hashlib

from core.hashing import hash_of


def test_lines_are_hashed_as_their_text():
    assert hash_of("Jürgen", "Acme") == hashlib.sha256("Jürgen\nAcme".encode()).hexdigest()
    assert hash_of("") == hash_of() == hashlib.sha256(b"").hexdigest()


def test_half_of_a_surrogate_pair_has_a_hash_of_its_own():
    assert len({hash_of("\ud800"), hash_of("\udfff"), hash_of("?"), hash_of("\ufffd")}) == 4

"""The hash by which a text is found, or compared, without being kept."""

import hashlib


def hash_of(*lines: str) -> str:
    """SHA-256 of the lines in UTF-8, 64 hexadecimal digits; half of a surrogate pair counts as what it is."""
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest()

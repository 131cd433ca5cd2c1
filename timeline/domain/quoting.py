"""The quoted tail of a mail, for showing it folded."""


def split_quoted(text: str, new_text: str) -> str:
    """What of `text` stands beside `new_text`: the quoted mail and signature, or all of it where they interleave.

    Empty where the mail quotes nothing.
    """
    whole, new = text.strip(), new_text.strip()
    if whole == new:
        return ""
    return whole.removeprefix(new).strip() if whole.startswith(new) else whole

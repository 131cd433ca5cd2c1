"""The identity platform's part: discovery, authorize, token, consent."""

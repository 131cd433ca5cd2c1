"""What Microsoft documents of its numbers."""

from accounts.domain.vocabulary import ConnectionState as State
from core.http.errors import OutsideError, Throttled, Unavailable

DOCUMENTED: dict[int, State | type[OutsideError]] = {
    65001: State.NEEDS_CONSENT,
    65004: State.NEEDS_CONSENT,
    90094: State.NEEDS_ADMIN,
    90095: State.NEEDS_ADMIN,
    50105: State.NEEDS_ADMIN,
    700016: State.NEEDS_ADMIN,
    7000112: State.NEEDS_ADMIN,
    **dict.fromkeys((50173, 70000, 70008, 700082, 70043, 54005, 501481), State.NEEDS_SIGN_IN),
    **dict.fromkeys((50076, 50079, 50074, 50158), State.NEEDS_SIGN_IN),
    **dict.fromkeys((53000, 53001, 53002, 53003, 530032), State.BLOCKED),
    50057: State.USER_DISABLED,
    50034: State.USER_DISABLED,
    **dict.fromkeys((7000215, 7000222, 7000218), State.MISCONFIGURED),
    50196: Throttled,
    **dict.fromkeys((90033, 90024, 90006), Unavailable),
}

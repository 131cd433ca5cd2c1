"""`make demo`: the whole product on this machine, in the foreground, against a sandbox tenant; Ctrl-C ends it."""

import argparse
import os
import signal
import sys
import time
from types import FrameType

from tools.demo_activities import record_activities
from tools.stack import PASSWORD, ROOT, Stack, StackError


def main() -> None:
    parser = argparse.ArgumentParser(description="The whole product on this machine, against a sandbox tenant.")
    parser.add_argument("--port", type=int, default=8000, help="the web server's; the sandbox takes the next two")
    parser.add_argument("--live", type=float, default=20.0, help="seconds between live mails; 0: none")
    arguments = parser.parse_args()
    os.umask(0o077)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    try:
        stack = Stack(ROOT / "var", arguments.port, variables={"SYNC_INTERVAL_MINUTES": "1"})
    except StackError as error:
        sys.exit(str(error))
    try:
        _bring_up(stack, live=arguments.live)
        while (ended := stack.ended()) is None:
            time.sleep(0.5)
        sys.exit(f"The {ended} ended by itself; {stack.logs / ended}.log says why.")
    except StackError as error:
        sys.exit(str(error))
    finally:
        print("\nEnding the demo …", flush=True)
        stack.close()


def _bring_up(stack: Stack, *, live: float) -> None:
    began = time.monotonic()
    _say("Starting the sandbox tenant …")
    stack.start_sandbox("--live", str(live))
    _say("Preparing the database …")
    stack.load()
    _say("Starting web server, worker and beat …")
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    recorded = stack.var / "demo.activities"
    if not recorded.exists():
        admin = next(person["email"] for person in stack.people if person["role"] == "admin")
        token = stack.manage("drf_create_token", admin).split()[2]
        record_activities(f"http://127.0.0.1:{stack.port}", token=token, crm=stack.crm)
        recorded.touch()
    _welcome(stack, seconds=time.monotonic() - began)


def _welcome(stack: Stack, *, seconds: float) -> None:
    print(f"\n  Ready after {seconds:.0f} s:  http://localhost:{stack.port}/\n")
    for person in stack.people:
        print(f"    {person['role']:8} {person['email']}")
    print(f"\n  The password of each is: {PASSWORD}")
    print("  Sign in as a rep, open Profile > Integrations, connect Microsoft 365 (the sandbox plays Microsoft's part)")
    print(
        '  and switch on "Import Email Conversations". New mail keeps arriving and appears by itself within a minute\n'
        "  or two (mailboxes are looked at every minute here, not every 15). Ctrl-C ends everything.\n",
        flush=True,
    )


def _say(text: str) -> None:
    print(f"  {text}", flush=True)


def _stop(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(0)


if __name__ == "__main__":
    main()

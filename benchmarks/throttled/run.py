"""One first sync with pages of a given size: `python -m benchmarks.throttled.run EMAIL PAGE_SIZE`."""

import sys

import django


def main() -> None:
    django.setup()
    from benchmarks.first_sync import product  # noqa: PLC0415 - after setup
    from mailsync.sync import mail_run  # noqa: PLC0415

    mail_run.PAGE_SIZE = int(sys.argv[2])
    product.main()


if __name__ == "__main__":
    main()

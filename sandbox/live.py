"""Live mode: a mail every so often, while the tenant runs."""

import asyncio
import random

from sandbox.tenant import Tenant


async def keep_delivering(tenant: Tenant) -> None:
    """Delivers until cancelled; pauses vary by half around `--live`. Does nothing when that is 0."""
    if tenant.options.live <= 0:
        return
    dice = random.Random()
    while True:
        await asyncio.sleep(tenant.options.live * dice.uniform(0.5, 1.5))
        tenant.perform("deliver_random", count=1)

"""A pretend Microsoft 365 tenant on loopback, with mail, people and a CRM that fits them.

A process of its own (`python -m sandbox`); the product talks to it over HTTPS and never imports it.

    corpus ──seed──▶ Tenant ◀── control door (deliver, move, revoke, faults, truth)
                       │   ◀── live mode (a mail now and then)
         ┌─────────────┴─────────────┐
     identity (authorize, token)   graph (folders, delta, $batch, subscriptions)
"""

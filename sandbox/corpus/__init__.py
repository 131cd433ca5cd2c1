"""Everything the tenant's people have ever mailed, and the CRM that fits it, made from a seed."""

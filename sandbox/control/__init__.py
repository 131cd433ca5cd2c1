"""The control door: how tests deliver, break, mend and read the tenant."""

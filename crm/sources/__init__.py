"""What customer records are read from: a package a CRM, each of which gives the records of crm/domain/records."""

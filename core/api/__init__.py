"""What every endpoint of every app shares: one shape of error, one parser, one way of paging, one kind of date."""

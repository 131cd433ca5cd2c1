"""How the admin console writes dates: as the pages do, in UTC."""

"""HTTP to Microsoft Graph: the client, its errors and the shapes it reads. Knows no model and no setting."""

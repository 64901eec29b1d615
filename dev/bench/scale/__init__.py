"""Making the kept databases: a company with a million leads, in plain crm and with the module."""

"""The routes of the API: they read requests and write answers, without SQL or arithmetic."""

"""The test kit: a node as a process, next hops, SMTP clients, a ledger, a private Firebird server."""

"""How fast mailer is, beside others, on one machine in one run: `make bench`, `make bench-check`."""

"""What takes a message: a mail server, or the rehearsal outbox."""

"""The durable record: who, which words, what became of them."""

"""The intact and every ablated model answer a benchmark; a record each says what and how."""

"""What a language model is worth, in units that can be compared."""

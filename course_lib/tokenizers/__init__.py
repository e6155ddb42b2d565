"""Text to ids and back: characters, words, a hybrid of both, byte-level BPE, long documents."""

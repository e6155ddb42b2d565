"""From token ids to what a network reads: windows, their batches, and input/output pairs."""

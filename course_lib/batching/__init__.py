"""From token ids to what a network reads: windows of one length."""

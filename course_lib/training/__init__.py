"""Making a language model better: losses, the optimiser, schedules, callbacks, checkpoints."""

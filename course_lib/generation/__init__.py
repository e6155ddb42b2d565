"""Text from any language model of the course: filters, decoders, prompts. No framework needed."""

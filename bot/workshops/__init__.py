"""Trainers share the assistant in workshops: what one is, how people join it, what is counted."""

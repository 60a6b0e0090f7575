"""Talking to people: answers, phrases, channels."""

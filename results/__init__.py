"""Answers kept, brought together and handed out. May import survey and scoring; stores are tested by one contract test."""

"""Importing tables of videos: which column is which, reading them in batches, and rows made into records."""

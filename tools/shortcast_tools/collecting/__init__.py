"""Collecting public videos: sources that discover and read them, and the run that keeps what they give."""

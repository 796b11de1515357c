"""What Shortcast remembers: the library (SQLite, the truth) and the index (Chroma, rebuilt from it)."""

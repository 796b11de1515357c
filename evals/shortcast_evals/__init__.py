"""How Shortcast is judged: cases, graders that know nothing of how an answer came about, and their runner."""

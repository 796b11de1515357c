"""How Shortcast is judged: agent tasks, graders, benchmarks."""

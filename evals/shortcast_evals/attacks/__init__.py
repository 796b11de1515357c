"""Attacks by injected text: cases, a model that obeys all of them, and a judge that watches from outside."""

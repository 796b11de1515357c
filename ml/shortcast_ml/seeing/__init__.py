"""What can be seen in a picture: its content, composition, words and concepts, and what they do to a forecast."""

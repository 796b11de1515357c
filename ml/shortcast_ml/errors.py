"""Every error that Shortcast raises on purpose.

ShortcastError
├── InputError        what the user gave can't be used: say what was wrong and what to do next
│   ├── LinkError     a link is dead, private, restricted, unsupported or points inside the network
│   └── MediaError    a file is not the picture or video that it claims to be, or is beyond the limits
├── ModelError        a model folder is damaged, foreign, or disagrees with its card
├── EncoderError      an encoder can't be loaded, or vectors of two encoders would mix
├── LibraryError      the library or its index can't be opened, or holds what it should not
└── ServiceError      something outside failed: the language model, YouTube, the network

A message is one plain sentence (two at most) that a creator and a language model can both act on.
Anything else that is raised is a bug, and is let through.
"""


class ShortcastError(Exception):
    """The root: catch it where a surface turns an error into a sentence."""


class InputError(ShortcastError):
    """What the user gave can't be used."""


class LinkError(InputError):
    """A link can't be opened, or must not be."""


class MediaError(InputError):
    """A picture or video can't be read."""


class ModelError(ShortcastError):
    """A forecast model can't be loaded or used."""


class EncoderError(ShortcastError):
    """An encoder can't be loaded or used."""


class LibraryError(ShortcastError):
    """The library or its index can't be used."""


class ServiceError(ShortcastError):
    """Something outside Shortcast failed."""

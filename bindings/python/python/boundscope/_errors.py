"""What goes wrong, with the engine's own sentences."""


class Error(Exception):
    """Anything that Boundscope refuses or fails at."""


class ModelError(Error, ValueError):
    """A model that cannot be read, or of which something has to be said before it can."""


class QuestionError(Error, ValueError):
    """A question that cannot be answered: a shape, a number or a word that does not fit."""


class FileError(Error, OSError):
    """A file, which is no model, that cannot be read or written."""

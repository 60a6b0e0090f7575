"""Learning paths: a few short steps over quotes of the library, taken in the chat."""

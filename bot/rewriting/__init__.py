"""An optional language model puts quotes into one short answer; it is never trusted.

`checks` decides, sentence by sentence, whether what came back may be shown above the quotes.
Nothing here is loaded unless REWRITE_URL is set.
"""

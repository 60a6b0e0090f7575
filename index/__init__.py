"""Finding passages: embedders, engines, and the one ranking they make together."""

import os

# The libraries of the models and of the vectors read this when they load, so it stands before any
# of them. People are answered side by side: threads within one answer would only wait for a core;
# where one has two all the same (embedders.nano_e5), they may not keep a core busy by waiting.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

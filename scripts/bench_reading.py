"""How fast PDF text is read: pages a second of one core, best of three, embedding aside.

python -m scripts.bench_reading FILE.pdf …
"""

import resource
import sys
import time
from pathlib import Path

from corpus.readers import pdf


def main() -> None:
    """Read each file three times and print a line for each and one for all."""
    pages_in_all, seconds_in_all = 0, 0.0
    for name in sys.argv[1:]:
        data, best, pages = Path(name).read_bytes(), 1e9, 0
        for _ in range(3):
            started = time.process_time()
            pages = len(pdf.read(data).pages)
            best = min(best, time.process_time() - started)
        print(f"{pages / best:8.1f} pages a second  {pages:5} pages  {Path(name).name}")
        pages_in_all, seconds_in_all = pages_in_all + pages, seconds_in_all + best
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if seconds_in_all:
        print(f"{pages_in_all / seconds_in_all:8.1f} pages a second in all; peak {peak:.0f} MB")


if __name__ == "__main__":
    main()

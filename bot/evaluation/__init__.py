"""How well the assistant finds and cites: question sets, metrics with intervals, comparisons."""

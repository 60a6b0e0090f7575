"""What `python -m scripts.bench` measures: budgets, peers, growth. Nothing here is a test."""

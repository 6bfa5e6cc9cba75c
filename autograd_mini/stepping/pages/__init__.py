"""Self-contained HTML pages: a recording, and a training run."""

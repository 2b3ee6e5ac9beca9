"""What must hold for any bytes: `targets` says it, `run.py` looks for bytes that break it."""

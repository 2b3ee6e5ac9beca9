"""`python -m bulkpatch`, and the `bulkpatch` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    from bulkpatch.cli import run

    run()


if __name__ == "__main__":
    main()

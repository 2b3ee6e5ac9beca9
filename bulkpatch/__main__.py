"""`python -m bulkpatch`, and the `bulkpatch` command."""

from __future__ import annotations

import gc


def main() -> None:
    """Run the command line."""
    # What a command reads it keeps to its end: looking through it for rubbish over and over took a fifth of a plan of
    # 100,000 rows. Before anything is sent, collecting begins again.
    gc.disable()
    from bulkpatch.cli import run

    run()


if __name__ == "__main__":
    main()

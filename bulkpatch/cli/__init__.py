"""What the administrator types: parse, call the pipeline, print, exit. No logic of its own."""

from bulkpatch.cli.app import app, run

__all__ = ["app", "run"]

"""Tests that drive the report page in a real browser, without a window."""

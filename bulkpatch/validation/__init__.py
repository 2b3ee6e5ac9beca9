"""Stage two of the line: a sheet in, changes and problems out. Pure."""

from bulkpatch.validation.identity import is_unresolved, other_domains
from bulkpatch.validation.rows import Checked, validate
from bulkpatch.validation.settings import with_settings

__all__ = ["Checked", "is_unresolved", "other_domains", "validate", "with_settings"]

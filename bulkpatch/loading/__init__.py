"""Stage one of the line: a file in, a sheet of texts out. The only reader that imports pandas.

Every cell arrives as text, exactly where it stands in the file. What cannot be read exactly is refused.
"""

from bulkpatch.loading.profiles import load_profiles
from bulkpatch.loading.protected import load_protected
from bulkpatch.loading.sheet import load_sheet

__all__ = ["load_profiles", "load_protected", "load_sheet"]

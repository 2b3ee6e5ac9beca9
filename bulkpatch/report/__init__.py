"""What became of a run, for every reader: terminal, CSV, Excel, JSON, a page, a ticket, JUnit. Views of `model.Report`, and of nothing else.

Reading a sheet, planning and sending are elsewhere; a report can be made again at any time from the journal.
"""

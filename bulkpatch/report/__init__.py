"""What became of a run, for every reader: terminal, CSV, Excel, JSON, page, ticket, JUnit.

Views of `model.Report`, and of nothing else; the page draws the run's timeline from its journal as well.

Reading a sheet, planning and sending are elsewhere; a report can be made again at any time from the journal.
"""

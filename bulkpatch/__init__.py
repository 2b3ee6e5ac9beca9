"""bulkpatch rolls a spreadsheet of partner tenants out to Microsoft Entra cross-tenant access settings.

A sheet goes in at the top, requests go out in the middle, a report comes out at the bottom:

    load → validate → plan → execute → report

`pipeline` tells that story on one page. `load` is the only reader that imports pandas; `validate`, `plan`, `rules`,
`merge`, `cells`, `columns`, `schema` and `model` are pure; `graph` is the only place that knows HTTP; `record` and
`replay` write and read the journal, the only truth about a run; `report` is a view of it; `cli` parses and prints.
`simulator` is a Graph that runs on loopback and imports nothing of the rest, so that it can disagree with it.
"""

"""The sheet as a form for people: an empty workbook to fill in, and a filled one given back with its problems marked.

Beside the line, not in it: nothing here sends, plans or judges. What a column means comes from the catalogue, what is
wrong with a cell from `validate`.
"""

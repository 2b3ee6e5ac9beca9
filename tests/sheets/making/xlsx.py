"""An .xlsx from its XML, stored and dated so that the bytes are always the same, whatever writes them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from bulkpatch.model import column_letter

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET_1 = "xl/worksheets/sheet1.xml"
_WHEN = (2026, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Raw:
    """A cell's own XML; `{at}` stands for its reference."""

    xml: str


Cell = str | bool | int | float | Raw | None
Parts = dict[str, str | bytes]


def archive(parts: Mapping[str, str | bytes], *, packed: Iterable[str] = ()) -> bytes:
    """A zip of *parts*, stored but for those in *packed*."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, content in parts.items():
            member = zipfile.ZipInfo(name, _WHEN)
            member.compress_type = zipfile.ZIP_DEFLATED if name in set(packed) else zipfile.ZIP_STORED
            member.create_system = 3
            made.writestr(member, content)
    return out.getvalue()


def book(rows: Sequence[Sequence[Cell]], *, after: str = "", **more: str) -> Parts:
    """A workbook whose worksheet `Partners` has *rows*; *after* follows its cells, *more* are other worksheets' XML."""
    return workbook({"Partners": sheet(rows, after=after), **more})


def workbook(sheets: Mapping[str, str], *, states: Mapping[str, str] | None = None, properties: str = "") -> Parts:
    """A workbook of worksheets by name, each given as XML."""
    states = states or {}
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}"{states.get(name, "")} r:id="rId{n}"/>'
        for n, name in enumerate(sheets, 1)
    )
    numbers = range(1, len(sheets) + 1)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    links += f'<Relationship Id="rId90" Type="{LINKS}/styles" Target="styles.xml"/>'
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>' for n in numbers
    )
    return {
        "[Content_Types].xml": f'{DECLARATION}<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{overrides}<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": f'{DECLARATION}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{DECLARATION}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}">{properties}<sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{DECLARATION}<Relationships xmlns="{package}/relationships">{links}</Relationships>',
        "xl/styles.xml": f'{DECLARATION}<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf/><xf numFmtId="14" applyNumberFormat="1"/><xf quotePrefix="1"/></cellXfs></styleSheet>',
        **{f"xl/worksheets/sheet{n}.xml": xml for n, xml in enumerate(sheets.values(), 1)},
    }


def sheet(rows: Sequence[Sequence[Cell]], *, before: str = "", after: str = "", hidden: Iterable[int] = ()) -> str:
    """A worksheet's XML; the rows with numbers in *hidden* are hidden."""
    aside = set(hidden)
    body = "".join(
        f'<row r="{n}"{" hidden=" + chr(34) + "1" + chr(34) if n in aside else ""}>'
        + "".join(cell(f"{column_letter(i)}{n}", value) for i, value in enumerate(row))
        + "</row>"
        for n, row in enumerate(rows, 1)
    )
    return wrapped(f"{before}<sheetData>{body}</sheetData>{after}")


def wrapped(body: str) -> str:
    """A worksheet's root around *body*."""
    return f'{DECLARATION}<worksheet xmlns="{MAIN}" xmlns:r="{LINKS}">{body}</worksheet>'


def cell(at: str, value: Cell) -> str:
    """One cell as XML."""
    if value is None:
        return ""
    if isinstance(value, Raw):
        return value.xml.replace("{at}", at)
    if isinstance(value, bool):
        return f'<c r="{at}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{at}"><v>{value!r}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def error(text: str) -> Raw:
    """An error cell as Excel writes it."""
    return Raw(f'<c r="{{at}}" t="e"><v>{escape(text)}</v></c>')


def formula(text: str, value: str = "", kind: str = "") -> Raw:
    """A formula, with the value that was last calculated or with none."""
    typed = f' t="{kind}"' if kind else ""
    return Raw(f'<c r="{{at}}"{typed}><f>{escape(text)}</f>{f"<v>{escape(value)}</v>" if value else ""}</c>')


def shared_strings(parts: Parts, *items: str) -> Parts:
    """The same workbook with shared strings, each given as the XML inside <si>."""
    listed = "".join(f"<si>{item}</si>" for item in items)
    link = f'<Relationship Id="rId91" Type="{LINKS}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    return edited(
        {**parts, "xl/sharedStrings.xml": f'{DECLARATION}<sst xmlns="{MAIN}" count="{len(items)}" uniqueCount="{len(items)}">{listed}</sst>'},
        "xl/_rels/workbook.xml.rels", "</Relationships>", link,
    )  # fmt: skip


def edited(parts: Parts, name: str, old: str, new: str) -> Parts:
    """The same workbook with *old* replaced in the part *name*."""
    text = parts[name]
    assert isinstance(text, str)
    assert old in text, (name, old)
    return {**parts, name: text.replace(old, new)}

"""The small parts of a workbook: sheets, epoch, named tables and ranges, styles."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count
from typing import NamedTuple
from xml.etree.ElementTree import Element

from mailer.contacts.formats import Format, Place
from mailer.contacts.package import MEND, Package, Relation, local
from mailer.contacts.rows import Sheet, Table, area_of
from mailer.errors import ContactsError


class Part(NamedTuple):
    """A sheet and the part that holds it."""

    sheet: Sheet
    part: str


class Workbook(NamedTuple):
    """What workbook.xml and its relations tell."""

    parts: tuple[Part, ...]
    tables: tuple[Table, ...]
    is_1904: bool
    #: The parts' names, "" where there is none.
    strings: str
    styles: str
    #: What is worth telling of it.
    notes: tuple[str, ...] = ()


def read_workbook(package: Package, name: str) -> Workbook:
    """Read the outline of a workbook; raises ContactsError when it has no sheet of cells."""
    part = _main_part(package)
    root = package.tree(part)
    if root is None:
        raise ContactsError(f"{name} is a zip file, but no workbook.", cure="Save it as .xlsx, or as .csv.")
    relations = package.relations(part)
    parts = _sheets(root, relations, package)
    if not parts:
        raise ContactsError(f"{name} has no worksheet with cells.", cure=MEND)
    properties = _first(root, "workbookPr")
    return Workbook(
        parts,
        (*_ranges(root, parts), *_tables(package, parts)),
        properties is not None and _is_on(properties.get("date1904")),
        _target(relations, "sharedStrings"),
        _target(relations, "styles"),
        tuple(_missing(root, relations, package)),
    )


def _main_part(package: Package) -> str:
    for relation in package.relations("").values():
        if relation.kind == "officeDocument" and package.has(relation.target):
            return relation.target
    return "xl/workbook.xml"


def _target(relations: dict[str, Relation], kind: str) -> str:
    return next((relation.target for relation in relations.values() if relation.kind == kind), "")


def _first(root: Element, name: str) -> Element | None:
    return next((node for node in root if local(node.tag) == name), None)


def _all(root: Element, name: str) -> list[Element]:
    return [node for node in root.iter() if local(node.tag) == name]


def _is_on(text: str | None) -> bool:
    return (text or "").strip().lower() in ("1", "true", "on")


def _sheets(root: Element, relations: dict[str, Relation], package: Package) -> tuple[Part, ...]:
    found: list[Part] = []
    for node in _all(root, "sheet"):
        id_ = next((value for key, value in node.attrib.items() if local(key) == "id"), "")
        relation = relations.get(id_)
        if relation and relation.kind == "worksheet" and package.has(relation.target):
            hidden = node.get("state", "visible").lower() != "visible"
            name = _unlike(node.get("name", ""), {part.sheet.name for part in found})
            found.append(Part(Sheet(name, hidden), relation.target))
    return tuple(found)


def _unlike(name: str, taken: set[str]) -> str:
    """A name that no other sheet has, even where the file says otherwise."""
    return next(each for each in chain((name,), (f"{name} ({at})" for at in count(2))) if each not in taken)


def _missing(root: Element, relations: dict[str, Relation], package: Package) -> Iterator[str]:
    """Say of each sheet that the workbook lists but does not hold that it is not there."""
    for node in _all(root, "sheet"):
        id_ = next((value for key, value in node.attrib.items() if local(key) == "id"), "")
        relation = relations.get(id_)
        if relation is None or not package.has(relation.target):
            yield f"the sheet “{node.get('name', '')}” is listed, but is not in the file"


def _ranges(root: Element, parts: tuple[Part, ...]) -> list[Table]:
    """Named ranges of cells: `Clients!$A$1:$D$9`."""
    names = {part.sheet.name.casefold(): part.sheet.name for part in parts}
    found = []
    for node in _all(root, "definedName"):
        sheet, _, reference = (node.text or "").strip().rpartition("!")
        sheet = names.get(sheet.strip("'").replace("''", "'").casefold(), "")
        area = area_of(reference)
        if sheet and area and not node.get("name", "").startswith("_xlnm."):
            found.append(Table(node.get("name", ""), sheet, area))
    return found


def _tables(package: Package, parts: tuple[Part, ...]) -> list[Table]:
    found = []
    for part in parts:
        for relation in package.relations(part.part).values():
            root = package.tree(relation.target) if relation.kind == "table" else None
            area = area_of(root.get("ref", "")) if root is not None else None
            if root is not None and area:
                name = root.get("displayName") or root.get("name") or ""
                found.append(Table(name, part.sheet.name, area))
    return found


def read_formats(package: Package, workbook: Workbook, place: Place) -> list[Format]:
    """Compile the number format of each cell style, in the order cells refer to them."""
    root = package.tree(workbook.styles) if workbook.styles else None
    if root is None:
        return [Format("General", place)]
    codes = {_number(node.get("numFmtId")): node.get("formatCode", "") for node in _all(root, "numFmt")}
    compiled: dict[int, Format] = {}
    styles = _first(root, "cellXfs")
    ids = [_number(node.get("numFmtId")) for node in styles] if styles is not None else [0]
    for id_ in ids:
        if id_ not in compiled:
            code = codes.get(id_) or place.builtin(id_)
            compiled[id_] = Format(code, place, is_1904=workbook.is_1904)
    return [compiled[id_] for id_ in ids] or [Format("General", place)]


def _number(text: str | None) -> int:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() else 0

"""The parts of a status workbook that are always alike, as XML: its styles, and its chart. Pure.

Written out because openpyxl takes longer to be imported than a small firm's whole sheet to be written.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import quoteattr

#: State → the colour of its row.
COLOURS = {
    "sent": "FFDDF2DD",
    "failed": "FFF8D7DA",
    "bounced": "FFF8D7DA",
    "unconfirmed": "FFFFE8C7",
    "to mend": "FFFFE8C7",
    "queued": "FFDCE9F7",
    "draft": "FFEDEDED",
}
#: The styles of cells, by their place in `styles`.
PLAIN, MOMENT, HEADING = range(3)

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_TYPE = "application/vnd.openxmlformats-officedocument"


def parts(titles: Sequence[str], states: int) -> dict[str, str]:
    """Every part but the sheets: name → XML. The last of the sheets is the summary, with so many states."""
    sheets = [f"worksheets/sheet{at}.xml" for at in range(1, len(titles) + 1)]
    return {
        "[Content_Types].xml": _content_types(sheets),
        "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": _workbook(titles),
        "xl/_rels/workbook.xml.rels": _relations(*(("worksheet", each) for each in sheets), ("styles", "styles.xml")),
        "xl/styles.xml": _styles(),
        f"xl/worksheets/_rels/sheet{len(titles)}.xml.rels": _relations(("drawing", "../drawings/drawing1.xml")),
        "xl/drawings/drawing1.xml": _DRAWING_PART,
        "xl/drawings/_rels/drawing1.xml.rels": _relations(("chart", "../charts/chart1.xml")),
        "xl/charts/chart1.xml": _chart(states),
    }


def _content_types(sheets: Sequence[str]) -> str:
    kinds = {
        "workbook.xml": f"{_TYPE}.spreadsheetml.sheet.main",
        "styles.xml": f"{_TYPE}.spreadsheetml.styles",
        "drawings/drawing1.xml": f"{_TYPE}.drawing",
        "charts/chart1.xml": f"{_TYPE}.drawingml.chart",
        **dict.fromkeys(sheets, f"{_TYPE}.spreadsheetml.worksheet"),
    }
    overrides = "".join(f'<Override PartName="/xl/{part}" ContentType="{kind}+xml"/>' for part, kind in kinds.items())
    return (
        f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{overrides}</Types>"
    )


def _relations(*targets: tuple[str, str]) -> str:
    each = "".join(
        f'<Relationship Id="rId{at}" Type="{LINKS}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _workbook(titles: Sequence[str]) -> str:
    sheets = "".join(
        f'<sheet name={quoteattr(title)} sheetId="{at}" r:id="rId{at}"/>' for at, title in enumerate(titles, 1)
    )
    return f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{sheets}</sheets></workbook>'


def _styles() -> str:
    fills = "".join(
        f'<dxf><fill><patternFill patternType="solid"><bgColor rgb="{colour}"/></patternFill></fill></dxf>'
        for colour in COLOURS.values()
    )
    return (
        f'<styleSheet xmlns="{MAIN}">'
        '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/></numFmts>'
        '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
        '<font><b/><sz val="11"/><color rgb="FFFFFFFF"/><name val="Calibri"/><family val="2"/></font></fonts>'
        '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
        '</fill><fill><patternFill patternType="solid"><fgColor rgb="FF1F3A4D"/></patternFill></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '<xf numFmtId="0" fontId="1" fillId="2" borderId="0" xfId="0" applyFont="1" applyFill="1"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        f'<dxfs count="{len(COLOURS)}">{fills}</dxfs></styleSheet>'
    )


_DRAWING_PART = (
    f'<xdr:wsDr xmlns:xdr="{_DRAWING}/spreadsheetDrawing" xmlns:a="{_DRAWING}/main"><xdr:oneCellAnchor><xdr:from>'
    "<xdr:col>3</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>3</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
    '<xdr:ext cx="5400000" cy="2700000"/><xdr:graphicFrame macro=""><xdr:nvGraphicFramePr>'
    '<xdr:cNvPr id="2" name="How it stands"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr>'
    '<xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>'
    f'<a:graphic><a:graphicData uri="{_DRAWING}/chart"><c:chart xmlns:c="{_DRAWING}/chart" xmlns:r="{LINKS}" '
    'r:id="rId1"/></a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>'
)


def _chart(states: int) -> str:
    """A bar for each state of the summary."""
    return (
        f'<c:chartSpace xmlns:c="{_DRAWING}/chart" xmlns:a="{_DRAWING}/main"><c:chart><c:title><c:tx><c:rich>'
        "<a:bodyPr/><a:p><a:r><a:t>How it stands</a:t></a:r></a:p></c:rich></c:tx>"
        '<c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/><c:plotArea><c:layout/><c:barChart>'
        '<c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/><c:ser><c:idx val="0"/>'
        '<c:order val="0"/><c:spPr><a:solidFill><a:srgbClr val="1F3A4D"/></a:solidFill></c:spPr>'
        f"<c:cat><c:strRef><c:f>Summary!$A$2:$A${states + 1}</c:f></c:strRef></c:cat>"
        f"<c:val><c:numRef><c:f>Summary!$B$2:$B${states + 1}</c:f></c:numRef></c:val></c:ser>"
        '<c:gapWidth val="60"/><c:axId val="10"/><c:axId val="20"/></c:barChart>'
        '<c:catAx><c:axId val="10"/><c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:crossAx val="20"/></c:catAx>'
        '<c:valAx><c:axId val="20"/><c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="b"/><c:majorGridlines/><c:numFmt formatCode="0" sourceLinked="0"/><c:crossAx val="10"/>'
        '</c:valAx></c:plotArea><c:plotVisOnly val="1"/></c:chart></c:chartSpace>'
    )

"""Make the example workbooks, clients.xlsx and team.xlsx, of a firm that does not exist.

Run it after a change: `python contacts/make_examples.py`. The same script makes the same files.
Four mistakes in clients.xlsx are meant: a misspelt domain, no address, an address twice, and #N/A.
"""

import io
import re
import sys
import zipfile
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

ADA, BEN, CHI = "Ada Obi", "Ben Vale", "Chidi Eze"
LAGOS, LONDON, PARIS, DAKAR, NAIROBI = (
    "Africa/Lagos",
    "Europe/London",
    "Europe/Paris",
    "Africa/Dakar",
    "Africa/Nairobi",
)

#: Header → (width, number format).
CLIENT_COLUMNS = {
    "Client no": (10, "00000"),
    "E-mail": (34, "General"),
    "First name": (13, "General"),
    "Last name": (15, "General"),
    "Company": (26, "General"),
    "Client since": (18, "d mmmm yyyy"),
    "Years with us": (13, "0"),
    "Last project": (38, "General"),
    "Amount": (16, '#,##0.00 "NGN"'),
    "Discount": (10, "0%"),
    "Partner": (11, "General"),
    "Language": (10, "General"),
    "Country": (9, "General"),
    "Time zone": (16, "General"),
    "Birthday": (12, "d mmmm"),
    "On hold": (9, "General"),
    "Add a sentence": (58, "General"),
    "Notes": (58, "General"),
}

CLIENTS = (
    (17, "ngozi.adeyemi@lagoonfoods.example", "Ngozi", "Adeyemi", "Lagoon Foods Ltd", date(2011, 3, 14), 15,
     "the lease of your Apapa warehouse", 1250000.5, 0.1, ADA, "en", "NG", LAGOS, date(1974, 12, 2), "no",
     "The jollof you sent the whole office is still talked about.", "Prefers a call before any letter."),
    (23, "tunde@bakarebuilds.example", "Tunde", "Bakare", "Bakare Builds", date(2014, 9, 1), 12,
     "the arbitration over the Lekki bridge", 4800000, 0.05, BEN, "en", "NG", LAGOS, date(1968, 6, 21), "no",
     None, "Plain words. No Latin."),
    (31, "amina.sule@northlight.example", "Amina", "Sule", "Northlight Clinics", date(2016, 1, 18), 10,
     "the licence of your Kano clinic", 890000, 0.075, ADA, "en", "NG", LAGOS, date(1981, 11, 30), "no",
     None, "What matters to her: that patients are not kept waiting by paper."),
    (38, "claire.moreau@atelier-moreau.example", "Claire", "Moreau", "Atelier Moreau", date(2018, 5, 7), 8,
     "la marque de votre atelier", 640000, 0.1, BEN, "fr", "FR", PARIS, date(1979, 2, 14), "no",
     "Votre vitrine de Lagos est magnifique.", "Écrit toujours en français."),
    (45, "samuel.otieno@rifttea.example", "Samuel", "Otieno", "Rift Tea Exporters", date(2019, 10, 21), 7,
     "the export contract with Rotterdam", 2100000, 0, CHI, "en", "KE", NAIROBI, date(1985, 8, 9), "no",
     None, "Sends tea in November. Thank him for it."),
    (52, "grace.whitfield@whitfieldandsons.example", "Grace", "Whitfield", "Whitfield & Sons", date(2009, 2, 2), 17,
     "the succession of the family firm", 3350000, 0.15, ADA, "en", "GB", LONDON, date(1957, 4, 25), "no",
     "Seventeen years: you were our fourth client, and we have not forgotten it.", "Old friend of the house."),
    (60, "ibrahim.danladi@gmial.com", "Ibrahim", "Danladi", "Danladi Transport", date(2020, 7, 13), 6,
     "the insurance claim for the two trucks", 720000, 0, CHI, "en", "NG", LAGOS, None, "no",
     None, None),
    (66, "mariama.diop@sahelsolaire.example", "Mariama", "Diop", "Sahel Solaire", date(2021, 3, 29), 5,
     "le contrat de Saint-Louis", 1560000, 0.05, BEN, "fr", "SN", DAKAR, date(1988, 9, 17), "no",
     None, "Très attachée aux délais : prévenir dès qu'une date bouge."),
    (71, "folake.ajayi@threadneedle-lagos.example", "Folake", "Ajayi", "Threadneedle Lagos", date(2021, 11, 8), 5,
     "the dispute with the fabric mill", 980000, 0.1, ADA, "en", "NG", LAGOS, date(1990, 1, 5), "no",
     None, "Her daughter started at law school this year."),
    (78, None, "Emeka", "Nwosu", "Nwosu Pharmacy", date(2022, 1, 24), 4,
     "the new partnership deed", 410000, 0, CHI, "en", "NG", LAGOS, date(1977, 7, 19), "no",
     None, "Comes by in person."),
    (84, "peter.lindqvist@nordhavnship.example", "Peter", "Lindqvist", "Nordhavn Shipping", date(2015, 6, 15), 11,
     "the charter of the MV Hope", 5200000, 0.125, BEN, "en", "GB", LONDON, date(1963, 10, 3), "no",
     None, "Wants one page, never two."),
    (90, "zainab.bello@bellobakes.example", "Zainab", "Bello", "Bello Bakes", date(2023, 2, 6), 3,
     "the franchise agreement", 350000, 0.1, ADA, "en", "NG", LAGOS, date(1992, 12, 12), "no",
     "Three shops in three years: we are a little proud of you.", None),
    (97, "yusuf.garba@garbafarms.example", "Yusuf", "Garba", "Garba Farms", date(2017, 8, 28), 9,
     "the title of the Kaduna land", 1875000, 0.05, CHI, "en", "NG", LAGOS, date(1970, 5, 1), "no",
     None, "Harvest in October: do not write then."),
    (103, "helene.kouassi@cacao-kouassi.example", "Hélène", "Kouassi", "Cacao Kouassi", date(2019, 4, 16), 7,
     "l'accord avec la coopérative", 1430000, 0.1, BEN, "fr", "CI", "Africa/Abidjan", date(1983, 3, 8), "no",
     None, "Préfère être remerciée par une lettre courte."),
    (110, "daniel.okafor@okaforlens.example", "Daniel", "Okafor", "Okafor Lens Studio", date(2024, 5, 20), 2,
     "the rights to your exhibition", 260000, 0, ADA, "en", "NG", LAGOS, date(1995, 6, 27), "no",
     None, "Photographed our staff for nothing in 2025."),
    (116, "ruth.mbeki@capeledger.example", "Ruth", "Mbeki", "Cape Ledger", date(2013, 12, 4), 12,
     "the audit committee's terms", 2240000, 0.1, BEN, "en", "ZA", "Africa/Johannesburg", date(1966, 2, 28), "no",
     None, "Reads mail at six in the morning."),
    (121, "tunde@bakarebuilds.example", "Kemi", "Bakare", "Bakare Builds", date(2024, 1, 15), 2,
     "the employment handbook", 300000, 0, BEN, "en", "NG", LAGOS, date(1972, 9, 11), "no",
     None, "Married to Tunde; shares his address."),
    (129, "victor.eze@ezeauto.example", "Victor", "Eze", "Eze Auto", date(2020, 9, 9), 6,
     "#N/A", 540000, 0, CHI, "en", "NG", LAGOS, date(1980, 4, 4), "no",
     None, None),
    (134, "sophie.hartmann@hartmannwerk.example", "Sophie", "Hartmann", "Hartmann Werk", date(2022, 6, 1), 4,
     "the distribution agreement", 1720000, 0.05, BEN, "en", "DE", "Europe/Berlin", date(1986, 11, 22), "no",
     None, "Punctual; answers within the hour."),
    (140, "femi.alade@aladecourt.example", "Femi", "Alade", "Alade Court Hotel", date(2012, 10, 30), 14,
     "the staff pension scheme", 3010000, 0.1, ADA, "en", "NG", LAGOS, date(1961, 1, 17), "yes",
     None, "Invoice disputed: do not write before Ada has called."),
    (147, "lucy.wanjiru@wanjirudesign.example", "Lucy", "Wanjiru", "Wanjiru Design", date(2025, 2, 11), 1,
     "your first trade mark", 190000, 0, CHI, "en", "KE", NAIROBI, date(1997, 8, 30), "no",
     None, "Found us through Samuel Otieno."),
    (153, "oluwaseun.martins@martinsmedia.example", "Oluwaseun", "Martins", "Martins Media", date(2016, 7, 4), 10,
     "the libel case", 2650000, 0.1, ADA, "en", "NG", LAGOS, date(1976, 12, 24), "no",
     None, "A win he still tells everybody about."),
    (160, "james.hollis@hollisbooks.example", "James", "Hollis", "Hollis Books", date(2010, 11, 22), 16,
     "the sale of the Ibadan shop", 1120000, 0.15, BEN, "en", "GB", LONDON, date(1952, 3, 3), "no",
     None, "Likes paper. Send the mail, then the letter."),
    (168, "adaeze.ike@ikelogistics.example", "Adaeze", "Ike", "Ike Logistics", date(2026, 1, 12), 0,
     "the customs appeal", 480000, 0, CHI, "en", "NG", LAGOS, date(1989, 7, 7), "no",
     None, "New this year."),
    (172, "bola.tinsley@tinsleyoil.example", "Bola", "Tinsley", "Tinsley Oil", date(2008, 5, 5), 18,
     "closed in 2023", 0, 0, ADA, "en", "NG", LAGOS, None, "yes",
     None, "No longer a client. Row kept hidden for the records."),
)  # fmt: skip

TEAM_COLUMNS = {
    "Staff no": (9, "000"),
    "E-mail": (34, "General"),
    "First name": (13, "General"),
    "Last name": (13, "General"),
    "Role": (24, "General"),
    "Joined": (17, "d mmmm yyyy"),
    "Years with us": (13, "0"),
    "Birthday": (12, "d mmmm"),
    "Language": (10, "General"),
    "Time zone": (14, "General"),
    "Add a sentence": (58, "General"),
    "Notes": (50, "General"),
}

TEAM = (
    (1, "ada@harbourvale.example", "Ada", "Obi", "Partner", date(2008, 3, 3), 18, date(1970, 10, 12), "en", LAGOS,
     None, "Founded the firm with Ben."),
    (2, "ben@harbourvale.example", "Ben", "Vale", "Partner", date(2008, 3, 3), 18, date(1968, 5, 23), "en", LAGOS,
     None, None),
    (3, "chidi@harbourvale.example", "Chidi", "Eze", "Senior associate", date(2015, 9, 14), 11, date(1984, 2, 8), "en",
     LAGOS, "The Otieno contract was yours from the first line to the last.", None),
    (4, "mercy@harbourvale.example", "Mercy", "Udo", "Office manager", date(2010, 1, 4), 16, date(1978, 12, 19), "en",
     LAGOS, "Nothing here would open on Monday without you.", "Dislikes surprises; a card, not a speech."),
    (5, "musa@harbourvale.example", "Musa", "Lawal", "Clerk", date(2019, 6, 17), 7, date(1993, 7, 1), "en", LAGOS,
     None, None),
    (6, "aissatou@harbourvale.example", "Aïssatou", "Ndiaye", "Associate, Dakar", date(2022, 2, 1), 4,
     date(1991, 4, 15), "fr", DAKAR, None, "Préfère le français."),
    (7, "joy@harbourvale.example", "Joy", "Akpan", "Trainee", date(2026, 1, 5), 0, date(2001, 11, 27), "en", LAGOS,
     None, "First year: say what went well, often."),
    (8, "sunday@harbourvale.example", "Sunday", "Bassey", "Driver", date(2012, 8, 20), 14, date(1972, 6, 30), "en",
     LAGOS, None, "Knows every client by name."),
)  # fmt: skip

HEADER = PatternFill("solid", fgColor="FF1F3A4D")
#: Every file in the zip carries this time, so that the same rows give the same bytes.
STAMP = (2026, 11, 2, 9, 0, 0)


def main(folder: Path) -> None:
    """Write both workbooks into `folder`."""
    clients = workbook("Clients", CLIENT_COLUMNS, CLIENTS)
    clients.active.row_dimensions[len(CLIENTS) + 1].hidden = True
    (folder / "clients.xlsx").write_bytes(saved(clients))
    (folder / "team.xlsx").write_bytes(saved(workbook("Team", TEAM_COLUMNS, TEAM)))


def workbook(title: str, columns: Mapping[str, tuple[int, str]], rows: Iterable[Iterable[object]]) -> Workbook:
    """Lay out one sheet: a coloured header that stays in view, a filter, columns wide enough, ten blank rows."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    sheet.append(list(columns))
    for row in rows:
        sheet.append(list(row))
    filled = sheet.max_row
    for at, (width, number_format) in enumerate(columns.values(), 1):
        sheet.column_dimensions[get_column_letter(at)].width = width
        for row in range(2, filled + 11):
            sheet.cell(row, at).number_format = number_format
        header = sheet.cell(1, at)
        header.font, header.fill = Font(bold=True, color="FFFFFFFF"), HEADER
        header.alignment = Alignment(vertical="center")
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{filled}"
    return book


def saved(book: Workbook) -> bytes:
    """Save a workbook without a trace of when it was saved."""
    raw, made = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(made, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-11-02T09:00:00Z", content)
            entry = zipfile.ZipInfo(name, STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, content)
    return made.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)

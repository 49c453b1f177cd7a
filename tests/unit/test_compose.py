"""Every message we compose, read again by the standard library: the same headers, the same parts."""

import hashlib
from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.compose import compose
from mailer.compose.headers import cleaned, unstructured
from mailer.errors import MailerError
from mailer.model import Attachment, Delivery, Draft, Status
from tests.slow_composer import headers_meant, headers_read, parse, parts_of, slow_compose

DATE = datetime.fromisoformat("2026-11-24T09:30:00+01:00")
DRAFT = Draft(
    campaign="thank-you",
    round="1",
    account="ada",
    from_="Ada Obi <ada@harbourvale.example>",
    to=("Bob Stone <bob@client.example>",),
    subject="Thank you, Bob",
    text="Dear Bob,\n\nthank you.\n\nAda\n",
    html="<p>Dear Bob,</p>\n<p>thank you.</p>\n",
)


def delivery(references=(), **changes):
    return Delivery(
        7, replace(DRAFT, **changes), Status.QUEUED, "<5f0c@harbourvale.example>", DATE, references=references
    )


def attachment(name, content, media_type="application/pdf", content_id=""):
    digest = hashlib.blake2b(content, digest_size=32).hexdigest()
    return Attachment(name, digest, len(content), media_type, content_id), content


def composed(of, files=(), *, eight_bit=False):
    return compose(of, attachments={file.digest: content for file, content in files}, date=DATE, eight_bit=eight_bit)


def lines_of(content):
    return content.split(b"\r\n")


AWKWARD = {
    "plain": {},
    "accents": {"subject": "Merci, Zoë – à bientôt", "to": ("Zoë Müller <zoe@client.example>",)},
    "greek": {"subject": "Ευχαριστούμε πολύ για τα δέκα χρόνια που είστε μαζί μας, και για την υπομονή σας"},
    "chinese": {"subject": "感谢您十年来的信任与支持，祝您新年快乐，身体健康，万事如意，阖家幸福" * 3},
    "emoji": {"subject": "👩‍👩‍👧 thank you 🎉" * 6},
    "long": {"subject": "Thank you for " + "all these many years, " * 12},
    "one long word": {"subject": "x" * 400},
    "two long words": {"subject": "a " + "y" * 90},
    "double spaces": {"subject": "a  b   c" + "  word" * 30},
    "line break": {"subject": "Hi\r\nBcc: eve@evil.example", "to": ("Bob\nBcc: x <bob@client.example>",)},
    "lone line ends": {"subject": "a\rb\nc\x0bd\x0ce\x85f\u2028g\u2029h"},
    "encoded line break": {"subject": "Hi =?utf-8?q?=0ABcc:_eve@evil.example?="},
    "encoded name": {"to": ("=?utf-8?q?=0ABcc:_eve@evil.example?= <bob@client.example>",)},
    "bidi and nul": {"subject": "pay\u202etxt.exe\x00 now", "to": ("\u202eBob\x00 <bob@client.example>",)},
    "quotes": {"to": ('Bob "the \\ builder" O\'Hara, Jr. <bob@client.example>',)},
    "comma": {"from_": "Obi, Ada (Harbour & Vale) <ada@harbourvale.example>"},
    "quoted already": {"to": ('"Stone, Bob" <bob@client.example>',)},
    "brackets in name": {"to": ("Bob <the> Stone <bob@client.example>",)},
    "long name": {"to": ("Bartholomew " * 9 + "<bob@client.example>",)},
    "long foreign name": {"to": ("Ιωάννης Παπαδόπουλος " * 5 + "<bob@client.example>",)},
    "bare address": {"to": ("bob@client.example",)},
    "idn": {"to": ("Bob <bob@bücher.example>", "Al <al@xn--bcher-kva.example>")},
    "many": {"cc": tuple(f"Person Number {n} <person{n}@client.example>" for n in range(30))},
    "reply": {"reply_to": ("Office <office@harbourvale.example>", "ada@harbourvale.example")},
    "empty subject": {"subject": ""},
    "no html": {"html": ""},
    "html only in name": {"text": "", "html": "<p>hi</p>"},
    "dots": {"text": ".\n..\n.hidden\n", "html": "<p>\n.\n</p>"},
    "line ends": {"text": "a\r\nb\rc\nd", "html": "<p>a\r\n\r\nb</p>"},
    "long line": {"html": "<p>" + "word " * 900 + "</p>"},
    "long line, accents": {"html": "<p>" + "wörd " * 900 + "</p>"},
    "trailing spaces": {"text": "a  \nb\t\n-- \nAda\n"},
    "boundary look-alike": {"text": "--=_alternative_\n--\nContent-Type: text/plain\n\nx"},
    "template in a cell": {"subject": "{{ 7*7 }} {% include %}", "text": "{{ 7*7 }}"},
    "script": {"subject": '<script>alert("x")</script>'},
    "from line": {"text": "From here on\n>From there\n"},
}


@pytest.mark.parametrize("eight_bit", [False, True], ids=["7bit", "8bit"])
@pytest.mark.parametrize("changes", AWKWARD.values(), ids=AWKWARD)
def test_a_message_reads_as_it_was_meant(changes, eight_bit):
    of = delivery(**changes)
    content = composed(of, eight_bit=eight_bit).content
    assert headers_read(content) == headers_meant(of, DATE)
    slow = slow_compose(
        delivery(**{**changes, "text": _unix(of.draft.text), "html": _unix(of.draft.html)}), attachments={}, date=DATE
    )
    assert parts_of(parse(content)) == parts_of(slow)
    assert all(len(line) <= 998 for line in lines_of(content))
    assert b"\0" not in content
    assert content.count(b"\r") == content.count(b"\n") == content.count(b"\r\n")
    assert eight_bit or content.isascii()


def _unix(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


FILES = [
    attachment("invoice.pdf", bytes(range(256)) * 40),
    attachment("Rechnung für Müller – März.pdf", b"%PDF" * 100),
    attachment("契約書" * 20 + ".pdf", b"x"),
    attachment('odd "name\\ here.txt', b"text", "text/csv"),
    attachment("a" * 200 + ".bin", b"", "application/octet-stream"),
]
IMAGE = attachment("logo.png", b"\x89PNG" + bytes(500), "image/png", "logo.5f0c@harbourvale.example")


@pytest.mark.parametrize("html", [DRAFT.html, ""], ids=["html", "text only"])
def test_files_and_inline_images_arrive_as_they_are(html):
    files = [*FILES, IMAGE]
    of = delivery(attachments=tuple(file for file, _ in files), html=html)
    message = composed(of, files)
    slow = slow_compose(of, attachments={file.digest: content for file, content in files}, date=DATE)
    ours, theirs = parts_of(parse(message.content)), parts_of(slow)
    assert [part for part in ours if not isinstance(part[3], bytes)] == [
        part for part in theirs if not isinstance(part[3], bytes)
    ]
    assert [part[1] for part in ours] == [part[1] for part in theirs]
    assert [part[3] for part in ours] == [part[3] for part in theirs]
    assert all(len(line) <= 78 for line in lines_of(message.content))


def test_header_lines_are_short_and_encoded_words_no_longer_than_75():
    of = delivery(subject="Ευχαριστούμε " * 20, to=("Ιωάννης Παπαδόπουλος " * 5 + "<bob@client.example>",))
    block = composed(of).content.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in lines_of(block))
    words = [word for word in block.split() if word.startswith(b"=?")]
    assert words
    assert all(len(word) <= 75 and word.endswith(b"?=") for word in words)


def test_the_addresses_of_a_header_have_a_comma_between_them_and_none_behind():
    people = ("Bob <bob@client.example>", "al@client.example", "Ada Obi <ada@client.example>")
    content = composed(delivery(to=people)).content.replace(b"\r\n ", b" ")
    assert b"\r\nTo: Bob <bob@client.example>, al@client.example, Ada Obi <ada@client.example>\r\n" in content


@pytest.mark.parametrize(("last", "fold"), [("ends", " "), ("ended", "\r\n ")])
def test_a_header_is_folded_only_where_its_line_would_be_longer_than_78(last, fold):
    words = ("word " * 13).rstrip()
    assert unstructured("Subject", f"{words} {last}") == f"Subject: {words}{fold}{last}\r\n"


def test_bcc_is_in_the_envelope_only():
    message = composed(delivery(cc=("carol@client.example",), bcc=("Eve <eve@client.example>",)))
    assert message.rcpt_to == ("bob@client.example", "carol@client.example", "eve@client.example")
    assert b"eve@" not in message.content.lower()
    assert b"bcc" not in message.content.lower()


def test_an_address_that_stands_twice_gets_one_copy():
    message = composed(delivery(cc=("Bob@client.example",), bcc=("bob@client.example",)))
    assert len(message.rcpt_to) == 1


def test_the_envelope_is_in_ascii_domains():
    message = composed(delivery(from_="Ada <ada@bücher.example>", to=("bob@bücher.example",)))
    assert message.mail_from == "ada@xn--bcher-kva.example"
    assert message.rcpt_to == ("bob@xn--bcher-kva.example",)


def test_a_follow_up_keeps_the_thread_however_long_its_ids_are():
    references = tuple(f"<{'a' * 90}{n}@harbourvale.example>" for n in range(3))
    content = composed(delivery(references=references)).content
    assert headers_read(content) == headers_meant(delivery(references=references), DATE)
    assert b"In-Reply-To: " + references[-1].encode() + b"\r\n" in content


def test_marketing_carries_an_unsubscribe_address_in_one_unbroken_line():
    content = composed(delivery(kind="marketing", from_="Office <very.long+tag@harbourvale.example>")).content
    line = b"List-Unsubscribe: <mailto:very.long%2Btag@harbourvale.example?subject=unsubscribe>\r\n"
    assert line in content
    assert b"List-Unsubscribe" not in composed(delivery()).content


def test_a_personal_mail_carries_it_too_if_its_campaign_asks():
    assert b"List-Unsubscribe: <mailto:" in composed(delivery(unsubscribe=True)).content


def test_a_non_ascii_local_part_stays_readable_in_the_header():
    message = composed(delivery(to=("Jörg <jörg@client.example>",)), eight_bit=True)
    assert headers_read(message.content)[1] == ("To", [("Jörg", "jörg@client.example")])


def test_composing_twice_gives_the_same_bytes():
    assert composed(delivery()) == composed(delivery())


@pytest.mark.parametrize(
    "changes",
    [
        {"to": ("",)},
        {"to": ("bob",)},
        {"to": ("bob@client.example, eve@evil.example",)},
        {"to": ("Bob <bob@client.example> eve@evil.example",)},
        {"from_": "Ada <ada @harbourvale.example>"},
        {"to": ("bob@bü..cher.example",)},
        {"subject": "half a \ud83d character"},
        {"text": "half a \ud83d character"},
        {"attachments": (Attachment("x.pdf", "00", 1),)},
    ],
)
def test_what_cannot_be_said_is_refused_rather_than_changed(changes):
    with pytest.raises(MailerError):
        composed(delivery(**changes))


def test_an_id_that_would_break_a_header_is_refused():
    with pytest.raises(MailerError):
        composed(replace(delivery(), message_id="<a@b>\r\nBcc: <eve@evil.example>"))
    with pytest.raises(MailerError):
        composed(delivery(references=("<a@b> x",)))


def test_the_date_is_told_by_the_clock_that_it_came_from():
    for zone in ("+01:00", "+00:00"):
        date = DATE.astimezone(datetime.fromisoformat(f"2026-01-01T00:00{zone}").tzinfo)
        content = compose(delivery(), attachments={}, date=date).content
        assert headers_read(content) == headers_meant(delivery(), date)


@given(subject=st.text(max_size=300), name=st.text(max_size=120))
def test_any_text_in_subject_and_name_leaves_the_header_set_unchanged(subject, name):
    of = delivery(subject=subject, to=(f"{name} <bob@client.example>",))
    content = composed(of).content
    assert headers_read(content) == headers_meant(of, DATE)


@given(st.text(alphabet=st.sampled_from('ab =?_é\u00a0,."\\<>();:@'), max_size=200))
def test_the_letters_of_the_header_syntax_are_only_letters(text):
    of = delivery(subject=text, from_=f"{text} <ada@harbourvale.example>")
    assert headers_read(composed(of).content) == headers_meant(of, DATE)


@given(st.text(max_size=400))
def test_a_folded_header_has_short_lines_unless_a_word_is_long(text):
    lines = unstructured("Subject", text).removesuffix("\r\n").split("\r\n")
    assert all(line.startswith(" ") for line in lines[1:])
    assert all(line.strip() for line in lines)
    assert all(len(line) <= 78 for line in lines)


@given(text=st.text(max_size=2000), html=st.text(max_size=2000), eight_bit=st.booleans())
def test_any_words_arrive_as_they_are(text, html, eight_bit):
    content = composed(delivery(text=text, html="<p>" + html), eight_bit=eight_bit).content
    bodies = [part[3] for part in parts_of(parse(content)) if part[0] != "multipart/alternative"]
    assert bodies == [_unix(words).replace("\0", "").rstrip("\n") for words in (text, "<p>" + html)]


def test_what_is_cleaned_is_one_line_of_visible_text():
    assert cleaned(" a\r\n\tb\u202e\x00c\ufeff ") == "a bc"

"""A DNS server on loopback whose zone is a dictionary; and the zone of a domain in order."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

FIRM = "harbourvale.example"
KEY = "v=DKIM1; k=rsa; p=" + "A" * 392
GOOD = {
    (FIRM, "TXT"): ['"v=spf1 include:_spf.google.com ~all"', '"some-verification=1"'],
    ("_spf.google.com", "TXT"): ['"v=spf1 ip4:192.0.2.0/24 ~all"'],
    (f"google._domainkey.{FIRM}", "TXT"): [f'"{KEY[:200]}" "{KEY[200:]}"'],
    (f"_dmarc.{FIRM}", "TXT"): ['"v=DMARC1; p=none"'],
    (FIRM, "MX"): [f"10 mail.{FIRM}."],
}


@contextmanager
def serving(zone: dict) -> Iterator[int]:
    """Answer from the zone until the block ends, or keep silent where it says so; gives the port."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            asked, client = sock.recvfrom(4096)
            if not asked:
                return
            if not zone.get("silent"):
                sock.sendto(_answer(dns.message.from_wire(asked), zone).to_wire(), client)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield sock.getsockname()[1]
    finally:
        sock.sendto(b"", sock.getsockname())
        thread.join()
        sock.close()


def _answer(query: dns.message.Message, zone: dict) -> dns.message.Message:
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    question = query.question[0]
    name, kind = question.name.to_text(omit_final_dot=True), dns.rdatatype.to_text(question.rdtype)
    if values := zone.get((name, kind)):
        response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
    elif not any(key[0] == name for key in zone):
        response.set_rcode(dns.rcode.NXDOMAIN)
    return response

"""Web addresses → why a reader who follows one finds nothing there: HEAD, then GET where HEAD is refused.

A few at a time, a few kilobytes of each, over http and https only. An address in a private network is not asked
unless that is wanted: readers elsewhere cannot go there, and nothing there should be touched by a mail's words.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import SplitResult, quote, urljoin, urlsplit

_TIMEOUT = 10.0
_AT_ONCE = 8
_HOPS = 5
_READ_BYTES = 4096
#: What servers tell programs that a person with a browser may not hear: somebody is there.
_REFUSES_PROGRAMS = frozenset({401, 402, 403, 405, 406, 407, 429, 451, 503, 999})
_MOVED = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}
_HEADERS = {"User-Agent": "Mozilla/5.0 (compatible; mailer link check)", "Accept": "*/*", "Connection": "close"}


class _NoWayError(Exception):
    """The address leads nowhere."""


def broken(links: Iterable[str], *, private: bool = False) -> dict[str, str]:
    """Address → why it leads nowhere, in plain words, for those that do; `private` asks inside our network too."""
    wanted = list(dict.fromkeys(links))
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        found = pool.map(lambda link: _why_broken(link, private=private), wanted)
        return {link: why for link, why in zip(wanted, found, strict=True) if why}


def _why_broken(link: str, *, private: bool) -> str:
    try:
        return _followed(link, private=private)
    except _NoWayError as error:
        return str(error)
    except ssl.SSLCertVerificationError as error:
        return f"its certificate cannot be trusted ({error.verify_message})"
    except TimeoutError:
        return "nothing answers there in time"
    except socket.gaierror:
        return "there is no such host"
    except (OSError, http.client.HTTPException, ValueError) as error:
        return f"nothing answers there ({error})"


def _followed(link: str, *, private: bool) -> str:
    for _ in range(_HOPS):
        status, location = _asked("HEAD", link, private=private)
        if status >= HTTPStatus.BAD_REQUEST:
            status, location = _asked("GET", link, private=private)
        if not location:
            is_broken = status >= HTTPStatus.BAD_REQUEST and status not in _REFUSES_PROGRAMS
            return f"its server answers {_named(status)}" if is_broken else ""
        link = urljoin(link, location)
    return "it leads from one address to the next without end"


def _named(status: int) -> str:
    named = {known.value: f"{known.value} {known.phrase}" for known in HTTPStatus}
    return named.get(status, str(status))


def _asked(method: str, link: str, *, private: bool) -> tuple[int, str]:
    """Ask once; the status, and where it sends us, "" if nowhere."""
    parts = urlsplit(link)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise _NoWayError(f"it leads to {link[:60]}, which is no web address")
    line = _connected(parts, private=private)
    try:
        line.request(method, _path(parts), headers=_HEADERS)
        answer = line.getresponse()
        answer.read(_READ_BYTES)
        return answer.status, answer.headers.get("Location", "") if answer.status in _MOVED else ""
    finally:
        line.close()


def _path(parts: SplitResult) -> str:
    whole = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return quote(whole, safe="/%:?@!$&'()*+,;=~-._[]")


def _connected(parts: SplitResult, *, private: bool) -> http.client.HTTPConnection:
    """A line to the very address that was looked at, so that a name cannot mean another one a moment later."""
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    sock = _reached(host, port, private=private)
    if parts.scheme == "http":
        line = http.client.HTTPConnection(host, port)
        line.sock = sock
        return line
    context = ssl.create_default_context()
    line = http.client.HTTPSConnection(host, port, context=context)
    try:
        line.sock = context.wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise
    return line


def _reached(host: str, port: int, *, private: bool) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    where = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
    if not private and not all(ipaddress.ip_address(each).is_global for each in where):
        raise _NoWayError("it lies in a private network, where readers elsewhere cannot go")
    for address in where[:-1]:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=_TIMEOUT)
    return socket.create_connection((where[-1], port), timeout=_TIMEOUT)

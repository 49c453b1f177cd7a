"""The folders of a mailbox → the one for sent mail or for drafts, however the provider calls it."""

from __future__ import annotations

from collections.abc import Sequence

#: What the folder is called where the server does not say what it is for.
_NAMES = {
    "Sent": (
        *("sent", "sent items", "sent mail", "sent messages", "gesendet", "gesendete elemente", "gesendete objekte"),
        *("envoyés", "éléments envoyés", "messages envoyés", "enviados", "elementos enviados", "itens enviados"),
        *("inviata", "posta inviata", "inviati", "verzonden", "verzonden items", "отправленные", "wysłane", "skickat"),
        *("送信済み", "送信済みアイテム", "已发送"),
    ),
    "Drafts": (
        *("drafts", "draft", "entwürfe", "brouillons", "borradores", "bozze", "rascunhos", "concepten", "черновики"),
        *("kopie robocze", "szkice", "utkast", "kladder", "下書き", "草稿"),
    ),
}


def find_folder(use: str, folders: Sequence[tuple[str, str, Sequence[str]]]) -> str | None:
    """The folder for "Sent" or "Drafts" among (name, delimiter, flags); None where there is none."""
    for name, _, flags in folders:
        if f"\\{use}".lower() in (flag.lower() for flag in flags):
            return name
    for wanted in _NAMES[use]:
        for name, delimiter, _ in folders:
            if (name.rpartition(delimiter)[2] if delimiter else name).casefold() == wanted:
                return name
    return None

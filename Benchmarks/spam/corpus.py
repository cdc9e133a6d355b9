"""The mails of the test corpus, unpacked, as lists of files with their labels."""

import csv
import subprocess
from dataclasses import dataclass
from pathlib import Path

sets = ("mail-classic", "mail-modern", "mail-japanese")


@dataclass
class Mail:
    path: Path
    is_spam: bool
    set: str
    group: int


def unpack(archives, folder):
    for name in sets:
        target = folder / name
        if not (target / "index.tsv").exists():
            target.mkdir(parents=True, exist_ok=True)
            subprocess.run(["tar", "--zstd", "-xf", archives / f"{name}.tar.zst", "-C", target], check=True)


def mails(folder, split, only=sets):
    """Ham and spam of one split; "autoreply" is neither."""
    found = []
    for name in only:
        with open(folder / name / "index.tsv", encoding="utf-8", newline="") as index:
            for row in csv.DictReader(index, delimiter="\t", quoting=csv.QUOTE_NONE):
                if row["split"] == split and row["label"] in ("ham", "spam"):
                    group = int(row["template_group"]) if row["template_group"].isdigit() else int(row["sha256"][:8], 16)
                    found.append(Mail(folder / name / row["path"], row["label"] == "spam", name, group))
    return found


def stripped(mail, folder):
    """A copy without the fields that mailing lists add, so that nobody learns a list as innocence."""
    copy = folder / mail.set / mail.path.parent.parent.name / mail.path.parent.name / mail.path.name
    copy.parent.mkdir(parents=True, exist_ok=True)
    header, separator, body = mail.path.read_bytes().partition(b"\n\n")
    kept, keeps = [], True
    for line in header.split(b"\n"):
        if line[:1] not in (b" ", b"\t"):
            keeps = not line.lower().startswith(list_fields)
        if keeps:
            kept.append(line)
    copy.write_bytes(b"\n".join(kept) + separator + body)
    return Mail(copy, mail.is_spam, mail.set, mail.group)


list_fields = (
    b"list-", b"precedence:", b"x-mailman", b"x-beenthere", b"errors-to:", b"sender:", b"mailing-list:", b"x-mailing-list", b"archived-at:",
    b"delivered-to:", b"x-loop:", b"x-original-to:", b"return-path:", b"received:", b"x-list", b"reply-to:", b"references:",
    b"in-reply-to:", b"arc-", b"authentication-results:", b"dkim-signature:", b"x-gm-", b"x-google-", b"x-patchwork")

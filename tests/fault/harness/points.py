"""The named points of a message's life and of its log's at which a process is killed: the crash
notes of docs/life_of_a_message.md and of the code, each with the system call that stands there."""

from typing import NamedTuple, Optional

from harness.kill_at import Call

JOURNAL, VIEWS = "/data/journal/", "/data/views/p0"
WAL, TABLE = ".log", ".sst"


class Point(NamedTuple):
    """`call`'s `on` may have {sink}, {smtp} and {broker}: ports. `scene`: what goes on when it is
    struck: load, start, new, backup, restore, rebuild. `left`: what must be found of the mail that
    was struck (experiments/kill_at.py); nothing in particular where it is empty."""
    name: str
    what: str
    side: str
    call: Call
    first: Optional[Call] = None
    scene: str = "load"
    left: str = ""
    nth: int = 1


def _wal(has=b""):
    return Call("write", JOURNAL, has)


# By what only such a batch has: an acceptance the Message-ID, an outcome the next hop's words.
_ACCEPTANCE, _OUTCOME = _wal(b"@load.test>"), _wal(b"Seen as ")
_REFUSAL, _REPORT = _wal(b"No such address"), _wal(b"@sink.test>")
# A range deletion from record 0 on, as RocksDB logs it.
_TRIM = _wal(b"\x0f\x08" + b"\0" * 8 + b"\x08")
_JOURNAL_SYNC, _VIEWS_SYNC = Call("sync", JOURNAL), Call("sync", VIEWS)
_ROWS = Call("write", VIEWS)
_MARK = JOURNAL + "mark"
# The whole of a small message goes in one call, with its end.
_END = Call("send", "peer:{sink}.", b"\r\n.\r\n", "tail")
_DATA = Call("send", "peer:{sink}.", b"DATA\r\n", "tail")
_HEARD = Call("recv", "peer:{sink}.", b"Seen as ")
_REPLY = Call("send", "local:{smtp} ", b"Seen as ")
_REFUSED = Call("send", "local:{smtp} ", b"550 5.1.1")
_THANKS = Call("send", "local:{smtp} ", b"Report taken")

MESSAGE = (
    Point("spool-written", "a large body is in the spool, in part", "after",
          Call("write,pwrite64", "/data/spool/")),
    Point("refusal-unwritten", "RCPT is refused, and nothing of it is on record", "before",
          _REFUSAL),
    Point("refusal-unsynced", "a refusal is written, not synced", "before", _JOURNAL_SYNC,
          _REFUSAL),
    Point("refusal-unsaid", "a refusal is on record, not said", "before", _REFUSED),
    Point("acceptance-unwritten", "the body is whole, and nothing is on record", "before",
          _ACCEPTANCE, left="nothing"),
    Point("acceptance-unsynced", "the acceptance is written, not synced", "before", _JOURNAL_SYNC,
          _ACCEPTANCE, left="in doubt, not sent"),
    Point("acceptance-synced", "the acceptance is synced, the end of data not sent", "after",
          _JOURNAL_SYNC, _ACCEPTANCE, left="in doubt, not sent"),
    Point("data-sent", "DATA is sent, and nothing of the message", "after", _DATA),
    Point("end-unsent", "the acceptance is on record, the end of data about to go", "before", _END,
          left="in doubt, not sent"),
    Point("end-sent", "the end of data is sent, no reply yet", "after", _END, left="in doubt"),
    Point("hop-replied", "the next hop's reply is read, its outcome not written", "after", _HEARD,
          left="in doubt, sent"),
    Point("outcome-unwritten", "the outcome is about to be written", "before", _OUTCOME,
          left="in doubt, sent"),
    Point("outcome-unsynced", "the outcome is written, not synced", "before", _JOURNAL_SYNC,
          _OUTCOME, left="on record, not heard"),
    Point("outcome-synced", "the outcome is synced, the reply not sent", "after", _JOURNAL_SYNC,
          _OUTCOME, left="on record, not heard"),
    Point("reply-unsent", "the reply is about to go", "before", _REPLY,
          left="on record, not heard"),
    Point("reply-sent", "the reply is sent", "after", _REPLY, left="on record"),
    Point("report-unsynced", "a report's acceptance is written, not synced", "before",
          _JOURNAL_SYNC, _REPORT),
    Point("report-unsaid", "a report is on record, its reporter has no reply", "before", _THANKS),
)
LOG = (
    Point("mark-unwritten", "the journal's mark is about to be written", "before",
          Call("pwrite64", _MARK)),
    Point("mark-unsynced", "the mark is written, not synced", "before", Call("sync", _MARK)),
    Point("mark-synced", "the mark is synced", "after", Call("sync", _MARK)),
    Point("trim-unwritten", "views are synced, the journal's trim is not written", "before",
          _TRIM),
    Point("trim-written", "the trim is written", "after", _TRIM),
    Point("trim-table-unsynced", "the journal's table is written, not synced", "before",
          Call("sync", TABLE), Call("write", JOURNAL)),
    Point("trim-manifest-unsynced", "the journal's table is whole, and not in its list", "before",
          Call("sync", JOURNAL + "MANIFEST")),
    Point("trim-file-gone", "a file of the journal that was trimmed is gone", "after",
          Call("unlink", JOURNAL)),
    Point("rows-unwritten", "a batch of rows is about to be written", "before", _ROWS),
    Point("rows-written", "a batch of rows is written, not synced", "after", _ROWS),
    Point("rows-unsynced", "the views' log is about to be synced", "before", _VIEWS_SYNC),
    Point("rows-synced", "the views' log is synced, the journal not trimmed", "after",
          _VIEWS_SYNC),
)
START = (
    Point("recovery-unwritten", "a start is about to put on record what is in doubt", "before",
          _wal(b"@[127.0.0.1]"), scene="start"),
    Point("recovery-unsynced", "what is in doubt is written, not synced", "before", _JOURNAL_SYNC,
          _wal(b"@[127.0.0.1]"), scene="start"),
    Point("recovery-synced", "what is in doubt is on record, and the start goes on", "after",
          _JOURNAL_SYNC, _wal(b"@[127.0.0.1]"), scene="start"),
    Point("start-journal-table", "a start writes the journal's log out as a table", "before",
          Call("sync", TABLE), Call("write", JOURNAL), scene="start"),
    Point("start-journal-current", "a start's new list of the journal's files has no name yet",
          "before", Call("rename", JOURNAL + "CURRENT"), scene="start"),
    Point("start-journal-named", "a start's new list of the journal's files has its name", "after",
          Call("rename", JOURNAL + "CURRENT"), scene="start"),
    Point("start-views-table", "a start writes the views' log out as tables", "before",
          Call("sync", TABLE), Call("write", VIEWS), scene="start", nth=2),
    Point("start-views-current", "a start's new list of the views' files has no name yet",
          "before", Call("rename", VIEWS + "/CURRENT"), scene="start"),
    Point("start-log-gone", "a start removes the views' log that it wrote out", "after",
          Call("unlink", VIEWS), scene="start"),
    Point("keys-unnamed", "the first start has written its keys, under another name", "before",
          Call("rename", "return_path.keys"), scene="new"),
    Point("keys-named", "the first start's keys have their name, not synced", "after",
          Call("rename", "return_path.keys"), scene="new"),
    Point("first-journal-current", "the first start's journal has no list of its files yet",
          "before", Call("rename", JOURNAL + "CURRENT"), scene="new"),
    Point("first-mark-unsynced", "the first start's mark is written, not synced", "before",
          Call("sync", _MARK), scene="new"),
)
COPIES = (
    Point("archive-unsynced", "a backup writes archive and views out: some tables are not synced",
          "before", Call("sync", TABLE), Call("write", VIEWS), scene="backup", nth=3),
    Point("archive-unlisted", "archive and views are written out, and not in the list of files",
          "before", Call("sync", VIEWS + "/MANIFEST"), scene="backup"),
    Point("backup-copied", "a backup's file is whole, under another name", "before",
          Call("rename", "/kept/"), scene="backup", nth=4),
    Point("backup-unnamed", "a backup is whole but for the name of its manifest", "before",
          Call("rename", ".json"), scene="backup"),
    Point("backup-named", "a backup's manifest has its name, not synced", "after",
          Call("rename", ".json"), scene="backup"),
    Point("restore-copied", "a restored store is whole, under another name", "before",
          Call("rename", "views.restored/p0.restoring"), scene="restore"),
    Point("restore-aside", "a restore has moved the views aside, and not the journal", "after",
          Call("rename", "/data/views -> "), scene="restore"),
    Point("restore-views-unnamed", "views and journal are moved aside", "before",
          Call("rename", "/data/views.restored -> "), scene="restore"),
    Point("restore-views-named", "the restored views have their place, the journal has not",
          "after", Call("rename", "/data/views.restored -> "), scene="restore"),
    Point("restore-journal-named", "the restored journal has its place, not synced", "after",
          Call("rename", "/data/journal.restoring -> "), scene="restore"),
    Point("rebuild-begun", "a rebuild has begun a store beside the views", "after",
          Call("rename", "p0.rebuilding/CURRENT"), scene="rebuild"),
    Point("rebuild-unnamed", "the rebuilt views are whole, and have not the name", "before",
          Call("rename", "/p0 -> "), scene="rebuild"),
    Point("rebuild-named", "old and new views have changed names, not synced", "after",
          Call("rename", "/p0 -> "), scene="rebuild"),
    Point("rebuild-tidied", "some files of the old views are gone", "after",
          Call("unlink", "p0.rebuilding/0"), scene="rebuild", nth=12),
)
# Of relay and projector: the first word says whose.
_PRODUCE = Call("send", "peer:{broker}.", (None,) * 4 + (0, 0, 0), "head")
BROKER = (
    Point("projector-rows-unwritten", "a partition's rows are about to be written", "before",
          Call("write", "/data/views/p")),
    Point("projector-rows-written", "a partition's rows and position are written", "after",
          Call("write", "/data/views/p")),
    Point("projector-rows-unsynced", "a partition's rows are about to be synced", "before",
          Call("sync", "/data/views/p")),
    Point("relay-produce-unsent", "records are about to go to the broker", "before", _PRODUCE),
    Point("relay-produce-sent", "records are with the broker, not acknowledged", "after",
          _PRODUCE),
    Point("relay-acknowledged", "the acknowledgement is read, and nothing is noted of it", "after",
          Call("recv", "peer:{broker}."), _PRODUCE),
    Point("relay-mark-unsynced", "the mark says what was acknowledged, not synced", "before",
          Call("sync", _MARK)),
    Point("relay-acked-unnamed", "what was acknowledged is written beside its file", "before",
          Call("rename", JOURNAL + "acked")),
    Point("relay-acked-named", "what was acknowledged is kept, not synced", "after",
          Call("rename", JOURNAL + "acked")),
    Point("relay-trim-written", "what was acknowledged is trimmed", "after", _TRIM),
    Point("relay-outcome-synced", "the outcome is synced, the broker has not heard of it",
          "after", _JOURNAL_SYNC, _OUTCOME, left="on record, not heard"),
)
SERVE = MESSAGE + LOG + START + COPIES

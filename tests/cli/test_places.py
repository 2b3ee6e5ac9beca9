"""Where bulkpatch writes: nowhere that somebody else chose, and for its owner only."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import openpyxl
import pytest

from bulkpatch.errors import UsageError
from bulkpatch.lock import only_run as locked
from bulkpatch.report.fresh import fresh_file
from tests.cli.conftest import Said, Served, mfa_sheet, only_run, tenant

Run = Callable[..., Said]
Serve = Callable[..., Served]

PRECIOUS = b"not to be touched\n"


@pytest.fixture
def precious(tmp_path: Path) -> Path:
    """A file of ours elsewhere, that others would have us write to."""
    path = tmp_path / "elsewhere" / "precious"
    path.parent.mkdir()
    path.write_bytes(PRECIOUS)
    return path


def mode(path: Path) -> int:
    """The permissions of *path* itself."""
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o027, 0o077])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_umask")
def test_everything_that_is_written_is_the_owners_only(run: Run, serve: Serve, tmp_path: Path) -> None:
    """Under any umask: folders 0700, files 0600."""
    graph = serve(2)
    sheet = mfa_sheet(2)
    sheet.chmod(0o600)
    url = ("--graph-url", graph.url)
    run("plan", sheet, "--save", "plan.json", "-o", "plan.html", *url)
    run("plan", sheet, "-o", "plan.xlsx", *url)
    run("apply", sheet, "--yes", "--json-log", "events.jsonl", *url)
    run("report", only_run(), "--format", "junit")
    run("export", "-o", "live.xlsx", *url)
    run("export", "-o", "live.csv", *url)
    run("template", "-o", "form.xlsx")
    run("validate", sheet, "--mark")

    found = [path for path in tmp_path.rglob("*") if "runtime" not in path.parts[:-2] or path.suffix == ".lock"]
    folders, files = ([p for p in found if p.is_dir() is kind] for kind in (True, False))
    assert len(files) >= 15
    assert {str(path): oct(mode(path)) for path in files if mode(path) != 0o600} == {}
    assert {str(path): oct(mode(path)) for path in folders if mode(path) != 0o700 and path.name != "runtime"} == {}


def test_a_link_at_the_place_of_a_report_is_replaced_and_not_followed(run: Run, serve: Serve, precious: Path) -> None:
    """In a run's folder that others can write to, and at names that can be foreseen."""
    graph = serve(1)
    sheet, url = mfa_sheet(1), ("--graph-url", graph.url)
    run("apply", sheet, "--yes", *url)
    for name in ("report.csv", "report.html", "report.xlsx", "report.md", "report.json", "junit.xml"):
        (only_run() / name).unlink(missing_ok=True)
        (only_run() / name).symlink_to(precious)
    outputs = [Path(name) for name in ("plan.html", "plan.xlsx", "plan.json", "form.xlsx", "live.csv", "live.xlsx")]
    for output in outputs:
        output.symlink_to(precious.with_name("nothing"))

    run("report", only_run())
    run("report", only_run(), "--format", "junit")
    codes = [run("plan", sheet, "-o", output, *url).code for output in outputs[:2]]
    codes += [run("plan", sheet, "--save", outputs[2], *url).code, run("template", "-o", outputs[3]).code]
    codes += [run("export", "-o", output, *url).code for output in outputs[4:]]

    assert codes == [0] * 6
    assert precious.read_bytes() == PRECIOUS
    assert [path.name for path in precious.parent.iterdir()] == ["precious"]
    assert not [path for path in (*only_run().iterdir(), *outputs) if path.is_symlink()]


def test_the_name_in_between_is_never_one_that_is_there(tmp_path: Path, precious: Path) -> None:
    """Links were laid at every name that could be foreseen: with the process's number in it."""
    target = tmp_path / "report.csv"
    for guess in (f".report.csv.{os.getpid()}.part", ".report.csv.part", "report.csv.tmp"):
        (tmp_path / guess).symlink_to(precious)

    names = []
    for _ in range(3):
        with fresh_file(target) as file:
            names.append(Path(file.name).name)
            file.write(b"new")

    assert precious.read_bytes() == PRECIOUS
    assert len(set(names)) == 3


def test_a_device_is_not_taken_away(run: Run, serve: Serve, tmp_path: Path) -> None:
    """A pipe in place of a file stays one."""
    graph = serve(1)
    os.mkfifo(tmp_path / "plan.md")

    said = run("plan", mfa_sheet(1), "-o", "plan.md", "--graph-url", graph.url)

    assert said.code == 2
    assert "it is there, and is no file" in said.err
    assert stat.S_ISFIFO((tmp_path / "plan.md").stat().st_mode)


def test_the_sheet_is_not_its_own_plan(run: Run, serve: Serve) -> None:
    """Writing the plan over it would lose it."""
    graph = serve(1)
    book = openpyxl.Workbook()
    for row in (["tenantId", "Trust MFA"], [tenant(0), "true"]):
        book.worksheets[0].append(row)
    book.save("s.xlsx")
    before = Path("s.xlsx").read_bytes()

    said = run("plan", "s.xlsx", "-o", "./s.xlsx", "--graph-url", graph.url)

    assert said.code == 2
    assert "is the sheet itself" in said.err
    assert Path("s.xlsx").read_bytes() == before


@pytest.mark.parametrize("content", ["tenantId,Trust MFA\n", "alias ls=true\n", '{"at": 1}\n', "[]\n"])
def test_a_log_is_added_to_a_log_only(run: Run, content: str) -> None:
    """bulkpatch.toml can name the file: it must not be one that means something else."""
    path = Path("other")
    path.write_text(content, encoding="utf-8")
    Path("bulkpatch.toml").write_text('json-log = "other"\n', encoding="utf-8")

    said = run("apply", mfa_sheet(1), "--simulate", "--yes")

    assert said.code == 2
    assert "is there already, and is no log" in said.err
    assert path.read_text(encoding="utf-8") == content


def test_a_log_goes_on_where_it_ended(run: Run) -> None:
    """The same file for every run of a job."""
    words = ("apply", mfa_sheet(1), "--simulate", "--yes", "--latency", "0", "--json-log", "events.jsonl")

    codes = [run(*words).code, run(*words).code]

    assert codes == [0, 0]
    assert Path("events.jsonl").read_text(encoding="utf-8").count('"event": "end"') == 2


def test_a_run_makes_its_own_folder_beside_whatever_waits_for_it(
    run: Run, serve: Serve, precious: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link or a folder at the name that could be foreseen is left alone."""
    from datetime import UTC, datetime

    from bulkpatch.model import Sheet
    from bulkpatch.run_folder import make_folder

    now = datetime(2026, 11, 23, 22, 0, tzinfo=UTC)
    reports = Path("reports")
    reports.mkdir()
    (reports / "20261123T220000Z-partners").symlink_to(precious.parent)
    (reports / "20261123T220000Z-partners-2").symlink_to("nowhere")

    folder = make_folder(reports, now, Sheet(file="partners.csv", name="", digest="", header_row=1, header=(), rows=()))

    assert folder.name == "20261123T220000Z-partners-3"
    assert mode(folder) == 0o700
    assert [path.name for path in precious.parent.iterdir()] == ["precious"]


@pytest.mark.parametrize(
    "file",
    ["../../x.csv", "/etc/x.csv", "..\\..\\x.csv", "....csv", ".csv", "\u202e.csv", "a\nb.csv", "-rf.csv", "%2e.csv"],
)
def test_the_name_of_a_sheet_leads_nowhere(tmp_path: Path, file: str) -> None:
    """The run's folder lies in the folder for reports, and its name is plain."""
    import re
    from datetime import UTC, datetime

    from bulkpatch.model import Sheet
    from bulkpatch.run_folder import make_folder

    sheet = Sheet(file=file, name="../../evil", digest="", header_row=1, header=(), rows=())
    folder = make_folder(tmp_path / "reports", datetime(2026, 11, 23, tzinfo=UTC), sheet)

    assert folder.resolve().parent == (tmp_path / "reports").resolve()
    assert re.fullmatch(r"[0-9TZ]{16}-[A-Za-z0-9][A-Za-z0-9._-]*", folder.name)


def take_lock() -> None:
    """Begin a run, as far as the lock goes."""
    with locked("home", name="a run", allow_parallel=False):
        pass


def lock_folder() -> Path:
    return Path(os.environ["XDG_RUNTIME_DIR"]) / f"bulkpatch-{os.getuid()}"


def test_the_lock_follows_no_link_of_somebody_else(precious: Path) -> None:
    """Neither at its own name, which can be foreseen, nor at its folder's."""
    take_lock()
    (lock,) = lock_folder().iterdir()
    lock.unlink()
    lock.symlink_to(precious)
    with pytest.raises(UsageError, match="cannot be kept"):
        take_lock()
    shutil.rmtree(lock_folder())
    lock_folder().symlink_to(precious.parent)
    with pytest.raises(UsageError, match="it is a link"):
        take_lock()

    assert precious.read_bytes() == PRECIOUS
    assert [path.name for path in precious.parent.iterdir()] == ["precious"]


@pytest.mark.parametrize("what", ["file", "open folder", "folder of another user"])
def test_the_lock_is_kept_in_a_folder_of_our_own(what: str) -> None:
    """Another user may have been there first, where everybody may write."""
    lock_folder().parent.mkdir()
    if what == "file":
        lock_folder().write_bytes(b"")
    else:
        lock_folder().mkdir(mode=0o700)
    if what == "open folder":
        lock_folder().chmod(0o777)
    if what == "folder of another user":
        if os.getuid() != 0:
            pytest.skip("only root can give a folder away")
        os.chown(lock_folder(), 12345, 12345)

    with pytest.raises(UsageError, match="cannot be kept"):
        take_lock()


def test_a_run_of_another_user_is_read_and_not_written_to(run: Run, serve: Serve) -> None:
    """A rerun makes a folder of its own; only `report` writes into the one that it is given."""
    graph = serve(2)
    run("apply", mfa_sheet(2), "--yes", "--graph-url", graph.url)
    theirs = only_run().rename("theirs")
    before = {path.name: path.read_bytes() for path in theirs.iterdir()}

    codes = [run("rerun", theirs, "--yes").code, run("undo", theirs, "--yes").code]

    assert codes == [0, 0]
    assert {path.name: path.read_bytes() for path in theirs.iterdir()} == before


@pytest.mark.parametrize("name", ["../../precious", "report.csv/../../..", "reports", "/"])
@pytest.mark.parametrize("command", ["report", "rerun", "undo"])
def test_a_place_without_a_run_is_refused(run: Run, tmp_path: Path, command: str, name: str) -> None:
    """And nothing is written there."""
    before = sorted(tmp_path.rglob("*"))

    said = run(command, name)

    assert said.code == 2
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("what", ["open folder", "link"])
def test_a_sign_in_is_kept_only_where_nobody_else_writes(
    tmp_path: Path, precious: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder that BULKPATCH_CACHE_DIR names is left as it is, and refused."""
    from bulkpatch.errors import SignInFailed
    from bulkpatch.graph.auth.cache import open_cache

    place = tmp_path / "shared"
    place.mkdir(mode=0o700)
    if what == "link":
        (place / "sign-in.bin").symlink_to(precious)
    else:
        place.chmod(0o777)

    with pytest.raises(SignInFailed, match="cannot be kept"):
        open_cache({"BULKPATCH_CACHE_DIR": str(place)})

    assert precious.read_bytes() == PRECIOUS
    assert mode(place) == (0o700 if what == "link" else 0o777)

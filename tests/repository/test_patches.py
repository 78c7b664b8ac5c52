"""Unified diffs: read from anybody, put onto files as they are, and written so that git takes them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rlm_tui.repository.patches.patches import (
    FilePatch,
    Patch,
    PatchError,
    PatchHunk,
    check_path,
    joined,
    merged_files,
    read_patch,
)
from rlm_tui.repository.patches.patching import Edit, edited, file_patch, written

OLD = b"one\ntwo\nthree\nfour\nfive\nsix\nseven\n"


def patched(text: str, content: bytes | None = OLD) -> bytes | None:
    (file,) = read_patch(text).files
    return edited(file, content).after


def hunk(body: str, header: str = "@@ -1,3 +1,3 @@") -> str:
    return f"--- a/a.txt\n+++ b/a.txt\n{header}\n{body}"


def problem(text: str, content: bytes | None = OLD) -> str:
    with pytest.raises(PatchError) as caught:
        patched(text, content)
    return str(caught.value)


# Reading


def test_a_patch_of_git_is_read_and_applied() -> None:
    text = (
        "diff --git a/a.txt b/a.txt\nindex 1234567..89abcde 100644\n--- a/a.txt\n+++ b/a.txt\n"
        "@@ -1,4 +1,4 @@ head\n one\n-two\n+zwei\n three\n four\n"
    )
    assert patched(text) == OLD.replace(b"two", b"zwei")
    assert read_patch(text).files[0].hunks[0] == PatchHunk(1, (" one", "-two", "+zwei", " three", " four"), " head")


@pytest.mark.parametrize("header", ["@@ -1,3 +1,3 @@", "@@ -1,9 +1,2 @@", "@@ -4,3 +7,3 @@", "@@ @@", "@@ def one():"])
def test_counts_and_lines_of_a_hunk_may_be_wrong(header: str) -> None:
    assert patched(hunk(" one\n-two\n+zwei\n three\n", header)) == OLD.replace(b"two", b"zwei")


def test_words_around_a_patch_and_the_end_of_a_mail_are_no_part_of_it() -> None:
    text = "Here it is:\n```diff\n" + hunk(" one\n-two\n+zwei\n three\n") + "```\nDone.\n"
    assert patched(text) == OLD.replace(b"two", b"zwei")
    assert patched(hunk(" one\n-two\n+zwei\n three\n-- \n2.39.2\n\n")) == OLD.replace(b"two", b"zwei")


def test_a_removed_line_that_looks_like_a_header_is_a_line() -> None:
    text = "--- a/a.sql\n+++ b/a.sql\n@@ -1,2 +1,2 @@\n--- old\n+++ new\n select 1;\n"
    assert patched(text, b"-- old\nselect 1;\n") == b"++ new\nselect 1;\n"


def test_empty_lines_of_the_context_may_have_lost_their_blank() -> None:
    assert patched(hunk(" a\n\n-b\n+c\n"), b"a\n\nb\n") == b"a\n\nc\n"


def test_new_deleted_and_renamed_files() -> None:
    new, deleted, renamed = (
        "diff --git a/n.sh b/n.sh\nnew file mode 100755\n--- /dev/null\n+++ b/n.sh\n@@ -0,0 +1,2 @@\n+a\n+b\n",
        "--- a/a.txt\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n",
        "diff --git a/x y.txt b/z.txt\nsimilarity index 100%\nrename from x y.txt\nrename to z.txt\n",
    )
    assert edited(read_patch(new).files[0], None) == Edit("", "n.sh", None, b"a\nb\n", executable=True)
    assert edited(read_patch(deleted).files[0], b"a\nb\n") == Edit("a.txt", "", b"a\nb\n", None)
    assert read_patch(renamed).files == (FilePatch("x y.txt", "z.txt"),)
    assert "exists already" in problem(new, b"something")
    assert "not all of its lines" in problem(deleted, b"a\nb\nc\n")


HOSTILE = {
    "--- a/../../etc/passwd\n+++ b/../../etc/passwd\n@@ -1 +1 @@\n-a\n+b\n": "no path below the root",
    "--- /etc/passwd\n+++ /etc/passwd\n@@ -1 +1 @@\n-a\n+b\n": "absolute path",
    "--- /dev/null\n+++ b/.git/hooks/pre-commit\n@@ -0,0 +1 @@\n+a\n": "git's own folder",
    "--- /dev/null\n+++ b/sub/.GIT/config\n@@ -0,0 +1 @@\n+a\n": "git's own folder",
    "--- /dev/null\n+++ b/.git. /config\n@@ -0,0 +1 @@\n+a\n": "git's own folder",
    "--- /dev/null\n+++ b/git~1/config\n@@ -0,0 +1 @@\n+a\n": "git's own folder",
    "--- /dev/null\n+++ b/GIT~1 ./config\n@@ -0,0 +1 @@\n+a\n": "git's own folder",
    "--- /dev/null\n+++ b/.gi\u200ct/config\n@@ -0,0 +1 @@\n+a\n": "",
    "--- /dev/null\n+++ b/.git::$INDEX_ALLOCATION/config\n@@ -0,0 +1 @@\n+a\n": "git's own folder",
    "--- /dev/null\n+++ b/C:/x\n@@ -0,0 +1 @@\n+a\n": "",
    "--- /dev/null\n+++ C:/x\n@@ -0,0 +1 @@\n+a\n": "absolute path",
    '--- /dev/null\n+++ "b/a\\033[2Jb"\n@@ -0,0 +1 @@\n+a\n': "control characters",
    "--- /dev/null\n+++ b/a//b\n@@ -0,0 +1 @@\n+a\n": "no path below the root",
    "diff --git a/l b/l\nnew file mode 120000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+/etc\n": "link or a submodule",
    "diff --git a/l b/l\nnew file mode 160000\n--- /dev/null\n+++ b/l\n@@ -0,0 +1 @@\n+x\n": "link or a submodule",
    "diff --git a/a b/a\nold mode 100644\nnew mode 100755\n": "permissions",
    "diff --git a/a b/a\nindex 1..2 100644\nGIT binary patch\nliteral 3\n": "binary",
    "diff --git a/a b/a\nBinary files a/a and b/a differ\n": "binary",
    "diff --git a/a b/c\nsimilarity index 90%\ncopy from a\ncopy to c\n": "copies a file",
    "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+b\x1b[31m\n": "control characters",
    "--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+b\u202e\n": "control characters",
    "--- a/a\n+++ b/a\n@@ -1 +1 @@\n a\n": "changes nothing",
    "--- a/a\n+++ b/a\n": "no hunk follows",
    "@@ -1 +1 @@\n-a\n+b\n": "of which file",
    "just words": "no patch in this",
    "": "no patch in this",
    "diff --git a/a b/a\n": "nothing about it follows",
    "x" * (9 << 20): "longer than",
}


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[-40:].replace("\n", " ").replace("\x1b", "ESC"))
def test_what_is_no_plain_change_below_the_root_is_refused(text: str) -> None:
    if HOSTILE[text]:
        with pytest.raises(PatchError, match=HOSTILE[text]):
            read_patch(text)
    else:
        with pytest.raises(PatchError):
            read_patch(text)


@pytest.mark.parametrize("unseen", ["\u200c", "\u200d", "\u200f", "\u202c", "\u206a", "\ufeff"])
def test_git_s_folder_is_known_with_what_macos_does_not_see(unseen: str) -> None:
    for name in (f".git{unseen}", f".{unseen}GiT", f"{unseen}.git"):
        with pytest.raises(PatchError):
            check_path(f"{name}/hooks/pre-commit")
    assert check_path(".github/a") and check_path("git/a") and check_path(".gitignore") and check_path("a.git/b")


def test_many_parts_of_one_file_are_joined_in_the_time_of_their_length() -> None:
    parts = [FilePatch("a", "a", (PatchHunk(start, ("-x", "+y")),)) for start in range(30_000, 0, -1)]
    (file,) = merged_files(parts)
    assert [hunk.start for hunk in file.hunks] == list(range(1, 30_001))


@given(st.text(alphabet="-+ @a/b\n\\1,", max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    for candidate in (text, f"--- a/a\n+++ b/a\n@@ -1 +1 @@\n{text}"):
        try:
            patch = read_patch(candidate)
        except PatchError:
            continue
        for file in patch.files:
            try:
                edited(file, b"a\n1\n")
            except PatchError as error:
                assert str(error)


# Applying


def test_a_hunk_that_moved_is_found_where_it_stands_once() -> None:
    assert patched(hunk(" five\n-six\n+6\n", "@@ -1,2 +1,2 @@")) == OLD.replace(b"six", b"6")
    assert "fits in 2 places (lines 1, 3)" in problem(hunk(" a\n-b\n+c\n", "@@ -2,2 +2,2 @@"), b"a\nb\na\nb\n")


def test_what_does_not_apply_says_which_line_is_another() -> None:
    assert "line 2 is `two`, not `deux`" in problem(hunk(" one\n-deux\n+2\n"))
    assert "stand there already" in problem(hunk(" one\n-zwei\n+two\n"))
    assert "the file ends at line 7" in problem(hunk(" seven\n-eight\n+8\n", "@@ -7,2 +7,2 @@"))
    assert "is not there" in problem(hunk(" one\n-two\n+2\n"), None)
    assert "does not say where" in problem("--- a/a.txt\n+++ b/a.txt\n@@\n+x\n")


def test_line_ends_and_the_byte_order_mark_stay() -> None:
    crlf = b"\xef\xbb\xbfone\r\ntwo\r\nthree\r\n"
    assert patched(hunk("-one\n+1\n+1b\n two\n three\n"), crlf) == b"\xef\xbb\xbf1\r\n1b\r\ntwo\r\nthree\r\n"
    mixed = b"one\ntwo\r\nthree\n"
    assert patched(hunk(" one\n-two\n+2\n three\n"), mixed) == b"one\n2\r\nthree\n"
    assert patched(hunk(" one\r\n-two\r\n+2\r\n three\r\n"), mixed) == b"one\n2\r\nthree\n"


def test_a_missing_last_line_end_stays_missing_unless_the_patch_says_so() -> None:
    text, mark = b"a\nb", "\\ No newline at end of file\n"
    assert patched(hunk(" a\n-b\n+c\n"), text) == b"a\nc"
    assert patched(hunk(f" a\n-b\n{mark}+c\n"), text) == b"a\nc\n"
    assert patched(hunk(f" a\n-b\n{mark}+c\n{mark}"), text) == b"a\nc"
    assert patched(hunk(f" a\n-b\n+c\n{mark}"), b"a\nb\n") == b"a\nc"
    assert "last line end" in problem(hunk(f" a\n-b\n{mark}+c\n"), b"a\nb\n")
    assert patched(hunk(" a\n b\n+c\n"), b"a\r\nb") == b"a\r\nb\r\nc"


def test_bytes_that_are_no_utf_8_stay_and_are_never_written_over() -> None:
    latin = b"caf\xe9\nplain\nend\n"
    assert patched(hunk(" caf\ufffd\n-plain\n+simple\n end\n"), latin) == b"caf\xe9\nsimple\nend\n"
    assert "cannot be shown" in problem(hunk("-caf\ufffd\n+coffee\n plain\n"), latin)
    assert "plain ASCII" in problem(hunk(" caf\ufffd\n-plain\n+caf\u00e9\n"), latin)
    assert patched(hunk(" a\n-\n+\n b\n+c\n"), b"a\n\x0c\nb\n") == b"a\n\x0c\nb\nc\n"
    assert "binary" in problem(hunk(" a\n+b\n"), b"a\0\n")
    assert "UTF-16" in problem(hunk(" a\n+b\n"), "a\n".encode("utf-16"))


def test_patches_for_the_same_file_go_together_unless_they_change_the_same_lines() -> None:
    first, second = (
        read_patch(hunk(" one\n-two\n+2\n three\n")),
        read_patch(hunk(" three\n-four\n+4\n", "@@ -3,2 +3,2 @@")),
    )
    (file,) = joined([second, first]).files
    assert edited(file, OLD).after == b"one\n2\nthree\n4\nfive\nsix\nseven\n"
    (file,) = joined([first, read_patch(hunk(" one\n-two\n+zwei\n"))]).files
    with pytest.raises(PatchError, match="two hunks change the same place, at line 2"):
        edited(file, OLD)
    (file,) = joined([first, first]).files
    assert edited(file, OLD).after == OLD.replace(b"two", b"2")
    with pytest.raises(PatchError, match="two things of a"):
        joined([first, read_patch("--- a/a.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-one\n")])


# Both ways

LINES = st.lists(st.sampled_from(["", "a", "b", "-- x", "++ y", " c", "\tdé", "@@ -1 +1 @@", "\\ no"]), max_size=12)
CONTENT = st.tuples(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans()).map(
    lambda item: (item[1].join(item[0]) + (item[1] if item[2] and item[0] else "")).encode()
)


@settings(max_examples=300)
@given(CONTENT, CONTENT)
def test_a_patch_between_two_texts_leads_from_one_to_the_other(before: bytes, after: bytes) -> None:
    after = after.replace(b"\r\n", b"\n")
    if b"\r\n" in before:
        after = after.replace(b"\n", b"\r\n")
    text = written(Patch((file_patch(Edit("a.txt", "a.txt", before, after)),)))
    if before == after:
        return
    (file,) = read_patch(text).files
    assert edited(file, before).after == after


@settings(max_examples=30, deadline=None)
@given(before=CONTENT, after=CONTENT)
def test_git_takes_what_is_written(tmp_path_factory: pytest.TempPathFactory, before: bytes, after: bytes) -> None:
    before, after = before.replace(b"\r\n", b"\n"), after.replace(b"\r\n", b"\n")
    if before == after:
        return
    folder: Path = tmp_path_factory.mktemp("git")
    (folder / "a.txt").write_bytes(before)
    patch = written(Patch((file_patch(Edit("a.txt", "a.txt", before, after)),)))
    done = subprocess.run(["git", "apply", "-"], cwd=folder, input=patch.encode(), capture_output=True, check=False)
    assert done.returncode == 0, (patch, done.stderr)
    assert (folder / "a.txt").read_bytes() == after

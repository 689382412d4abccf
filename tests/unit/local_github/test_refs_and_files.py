"""What a push changed, and what git prints of commits."""

from bot.local_github.git.changes import changes
from bot.local_github.git.commits import parse_commits, parse_files, parse_tag
from bot.local_github.git.store import Distance, Tip

ONE, TWO = "1" * 40, "2" * 40


def tip(sha: str) -> Tip:
    return Tip(sha=sha, kind="commit", commit=sha)


def test_a_ref_is_made_moved_or_removed_and_the_rest_is_not_named() -> None:
    before = {"refs/heads/main": tip(ONE), "refs/heads/gone": tip(ONE), "refs/heads/same": tip(ONE)}
    after = {"refs/heads/main": tip(TWO), "refs/tags/v1": tip(ONE), "refs/heads/same": tip(ONE)}

    found = {one.ref: (one.before, one.after) for one in changes(before, after)}

    assert found == {
        "refs/heads/gone": (tip(ONE), None),
        "refs/heads/main": (tip(ONE), tip(TWO)),
        "refs/tags/v1": (None, tip(ONE)),
    }


def test_heads_of_pull_requests_are_no_change() -> None:
    assert changes({}, {"refs/pull/1/head": tip(ONE)}) == ()


def test_a_change_knows_the_name_that_people_use() -> None:
    branch, tag = changes({}, {"refs/heads/feature/hats": tip(ONE), "refs/tags/v1": tip(ONE)})

    assert (branch.name, branch.is_branch) == ("feature/hats", True)
    assert (tag.name, tag.is_branch) == ("v1", False)


def test_a_commit_without_parents_and_a_message_of_paragraphs_are_read() -> None:
    fields = (ONE, TWO, "", "Ada", "ada@example.com", "60", "Grace", "g@example.com", "120")
    text = "\x1f".join((*fields, "Subject\n\nBody\n")) + "\x1e\n"

    (commit,) = parse_commits(text)

    assert (commit.sha, commit.tree, commit.parents) == (ONE, TWO, ())
    assert commit.message == "Subject\n\nBody"
    assert (commit.author.at.timestamp(), commit.committer.at.timestamp()) == (60, 120)


def test_files_are_read_with_their_counts_and_a_binary_one_counts_nothing() -> None:
    output = (
        f":000000 100644 {'0' * 40} {ONE} A\0a b\tc\0"
        f":100644 000000 {TWO} {'0' * 40} D\0gone\0"
        f":100644 100644 {ONE} {TWO} M\0picture\0"
        "3\t0\ta b\tc\0"
        "0\t2\tgone\0"
        "-\t-\tpicture\0"
    )

    added, removed, changed = parse_files(output)

    assert (added.path, added.status, added.additions, added.blob) == ("a b\tc", "added", 3, ONE)
    assert (removed.status, removed.deletions, removed.blob) == ("removed", 2, TWO)
    assert (changed.status, changed.additions, changed.deletions) == ("modified", 0, 0)


def test_a_tag_of_a_tag_is_read() -> None:
    content = f"object {TWO}\ntype tag\ntag v1\ntagger Ada <ada@example.com> 60 +0100\n\nOne\n"

    tag = parse_tag(ONE, content)

    assert (tag.target, tag.target_kind, tag.name, tag.message) == (TWO, "tag", "v1", "One")
    assert (tag.tagger.email, tag.tagger.at.timestamp()) == ("ada@example.com", 60)


def test_the_distance_has_githubs_words() -> None:
    words = {
        Distance(merge_base=ONE, ahead=ahead, behind=behind).status
        for ahead, behind in ((0, 0), (1, 0), (0, 1), (1, 1))
    }

    assert words == {"identical", "ahead", "behind", "diverged"}

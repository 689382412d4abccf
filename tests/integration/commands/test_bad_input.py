"""Whatever is typed gets one clear answer: what, why, what next. Never an exception."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands.tree import Group, root
from engine.errors import Unreachable
from tests.worlds import Scene, text_of

ANSWER_LIMIT = 1_500  # characters: an answer that nobody reads is none


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("promte",), "There is no command promte. Did you mean promote?"),
        (("apps", "creat"), "There is no command creat. Did you mean create?"),
        (("build", "wbe"), "There is no app wbe. Did you mean web?"),
        (("build", "--rack", "stagin"), "There is no rack stagin. Did you mean staging?"),
        (("switch", "prod"), "There is no rack prod. Did you mean production?"),
        (("promote", "RNOPE"), "There is no release RNOPE."),
        (("rollback", "web", "RNOPE"), "There is no release RNOPE."),
        (("builds", "info", "BNOPE"), "There is no build BNOPE."),
        (("builds", "logs", "BNOPE"), "There is no build BNOPE."),
        (("cancel", "BNOPE"), "There is no build BNOPE."),
        (("cancel", "PNOPE"), "There is no promotion PNOPE."),
        (("approve", "PNOPE"), "There is no promotion PNOPE."),
        (("advance", "PNOPE"), "There is no promotion PNOPE."),
        (("advance",), "Nothing holds a share."),
        (("promotions", "info", "PNOPE"), "There is no promotion PNOPE."),
        (("promotions", "info"), "Which promotion?"),
        (("promote", "--canary", "50,10"), "The steps of a canary must rise from 1 to 100."),
        (("promote", "--canary", "half"), "half are no steps of a canary."),
        (("promote", "--canary", "10", "--pause", "soon"), "soon is not a time to pause."),
        (("promote", "--pause", "5m"), "--pause is the time between the steps of a canary"),
        (("promote", "RNOPE", "--seen", "0"), "There is no release RNOPE."),
        (("lock",), "Say why."),
        (("lock", "web", "--reason", " "), "Say why."),
        (("lock", "web", "--reason", "x" * 201), "That reason has 201 characters."),
        (("lock", "wbe", "--reason", "x"), "There is no app wbe. Did you mean web?"),
        (("unlock", "web", "--reason", "x"), "web on staging is not locked."),
        (("unlock",), "Say why."),
        (("queue", "wbe"), "There is no app wbe. Did you mean web?"),
        (("env", "unset", "NOPE"), "NOPE is not set."),
        (("env", "set", "NOPE"), "NOPE has no value."),
        (("env", "set", "1A=x"), "1A cannot be the name of a variable."),
        (("scale", "web=many"), "web=many is not a number of processes."),
        (("scale", "web=101"), "web=101 is not a number of processes."),
        (("scale", "web=" + "9" * 5_000), "is not a number of processes."),
        (("scale", "wbe=2"), "web has no service wbe. Did you mean web?"),
        (("logs", "--since", "yesterday"), "yesterday is not an age."),
        (("logs", "--tail", "0"), "0 is not in the range"),
        (("logs", "--colour"), "No such option"),
        (("apps", "create", "shop"), "Missing option"),
        (("env", "--rack", "production", "set", "A=1"), "--rack stands in the wrong place."),
        (("build", "web", "and", "more"), "unexpected extra argument"),
    ],
)
def test_a_wrong_word_is_named_with_what_was_meant(
    scene: Scene, words: tuple[str, ...], answer: str
) -> None:
    scene.went_live(scene.built())
    reply = scene.say(*words)
    assert reply.failed
    assert answer in text_of(reply)


def test_without_a_release_it_says_how_one_is_made(scene: Scene) -> None:
    for words in (("promote",), ("releases", "info")):
        reply = scene.say(*words)
        assert "There is no release of web on staging yet." in text_of(reply)
        assert "/rack build web --rack staging makes one." in text_of(reply)


def test_with_nothing_live_it_says_so(scene: Scene) -> None:
    for words in (("scale", "web=2"), ("scale",), ("restart",)):
        assert "Nothing of web is live on staging." in text_of(scene.say(*words)), words
    assert "no older healthy release of web on staging" in text_of(scene.say("rollback"))


def test_with_several_apps_it_asks_which(two_apps: Scene) -> None:
    reply = two_apps.say("releases")
    assert text_of(reply) == "Which app? There are shop, web.\nAdd --app NAME."
    assert not two_apps.say("releases", "--app", "shop").failed


def test_a_release_of_another_app_is_not_rolled_back_to(two_apps: Scene) -> None:
    release = two_apps.built()
    reply = two_apps.say("rollback", "shop", release)
    assert f"{release} is a release of web on staging, not of shop on staging." in text_of(reply)


def test_an_older_release_is_not_promoted_but_rolled_back_to(scene: Scene) -> None:
    old, new = scene.built("Old"), scene.built("New")
    scene.went_live(old)
    scene.went_live(new)
    reply = scene.say("promote", old)
    assert f"{old} is older than {new}, which is live on staging." in text_of(reply)
    assert f"/rack rollback web {old}" in text_of(reply)


def test_numbers_that_are_there_already_change_nothing(scene: Scene) -> None:
    scene.went_live(scene.built())
    assert "has these numbers already" in text_of(scene.say("scale", "web=1"))


def test_a_rack_that_does_not_answer_is_said_to_be_away(scene: Scene) -> None:
    scene.went_live(scene.built())
    scene.memory.make_unreachable("staging")
    for words in (("ps",), ("logs",), ("scale",)):
        reply = scene.say(*words)
        assert reply.failed
        assert "does not answer" in text_of(reply)
    assert not scene.say("status").failed
    assert not scene.say("racks").failed


@pytest.mark.parametrize(
    "ref", ["--force; rm -rf /", "🚀" * 100, "../../etc/passwd", "a b", "`*{0}", "-"]
)
def test_any_ref_ends_in_a_build_that_says_it_is_not_there(scene: Scene, ref: str) -> None:
    scene.source.commit("Fix")
    build = scene.did("build", f"--ref={ref}")
    scene.settle()
    (told,) = scene.told(build)
    assert ref in told


def test_a_ref_longer_than_any_is_refused(scene: Scene) -> None:
    reply = scene.say("build", "--ref", "🚀" * 10_000)
    assert "That ref is 10000 characters long." in text_of(reply)


@pytest.mark.parametrize("emoji", ["🚀" * 10_000, "`" * 5_000, "*{0}" * 3_000])
def test_ten_thousand_characters_get_a_short_answer_wherever_they_are(
    scene: Scene, emoji: str
) -> None:
    for path in every_path():
        for words in ((*path, emoji), (*path, "--rack", emoji), (*path, "--app", emoji), (emoji,)):
            reply = scene.say(*words)
            assert "Something broke" not in text_of(reply), words[:2]
            if reply.failed:
                assert len(text_of(reply)) < ANSWER_LIMIT, path


def every_path() -> list[tuple[str, ...]]:
    def below(group: Group, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        found = []
        for name, command in group.commands.items():
            found.append((*path, name))
            if isinstance(command, Group):
                found += below(command, (*path, name))
        return found

    return below(root, ())


@pytest.mark.parametrize("path", every_path(), ids=" ".join)
def test_help_is_answered_after_every_command(scene: Scene, path: tuple[str, ...]) -> None:
    for words in ((*path, "--help"), ("help", *path), (*path, "-h"), (*path, "more", "--help")):
        reply = scene.say(*words)
        assert not reply.failed
        assert reply.title == " ".join(path)
        assert f"/rack {' '.join(path)}" in text_of(reply)


@pytest.mark.parametrize("words", [(), ("help",), ("--help",), ("HELP",)])
def test_help_lists_every_command(scene: Scene, words: tuple[str, ...]) -> None:
    answer = text_of(scene.say(*words))
    for name in root.commands:
        assert name in answer


def test_no_help_line_is_cut_or_empty() -> None:
    for path in every_path():
        command = root
        for name in path:
            command = command.commands[name]  # type: ignore[assignment]
        line = command.get_short_help_str(80)
        assert line
        assert not line.endswith("..."), f"{' '.join(path)}: {line}"


def test_commands_are_understood_in_capitals(scene: Scene) -> None:
    assert scene.say("RACKS").title == "Racks"


def test_an_answer_never_hides_a_fault_of_ours_behind_the_askers_back(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("secret details")

    monkeypatch.setattr("storage.promotions.all_live", break_down)
    reply = scene.say("status")

    assert reply.failed
    answer = text_of(reply)
    assert answer.startswith("Something broke on my side. Reference ")
    assert "secret details" not in answer
    reference = answer.removesuffix(".").split()[-1]
    assert any(getattr(record, "reference", None) == reference for record in caplog.records)


def test_what_a_rack_says_is_shown_letter_by_letter(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: str) -> None:
        raise Unreachable("dial *tcp* {0}: refused", remedy="Start it.")

    monkeypatch.setattr(scene.world.rack("staging"), "processes", refuse)
    assert text_of(scene.say("ps")) == "dial *tcp* {0}: refused\nStart it."


WORDS = st.one_of(
    st.sampled_from(
        [
            *sorted({name for path in every_path() for name in path}),
            *("--rack", "--app", "staging", "production", "web", "--preview", "--yes", "--"),
            *("-h", "--ref", "--since", "--tail", "--filter", "web=2", "A=1", "--environment"),
            *("own", "-a", "-", "=", "--repo", "--channel", "--reason", "--canary", "--pause"),
            *("10,50", "5m", "--seen", "--to"),
            *("", "RAAAAAAAAAA", "BAAAAAAAAAA", "PAAAAAAAAAA"),
        ]
    ),
    st.text(max_size=20),
    st.text(st.characters(), max_size=5),
)


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(words=st.lists(WORDS, max_size=6))
def test_any_words_get_an_answer_and_never_a_fault_of_ours(scene: Scene, words: list[str]) -> None:
    reply = scene.say(*words)
    assert "Something broke" not in text_of(reply)
    if reply.failed:
        assert len(text_of(reply)) < ANSWER_LIMIT

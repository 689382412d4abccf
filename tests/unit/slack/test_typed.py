"""What people type, as words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.typed import without_mention, words_of
from engine.errors import UserError


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("build web --ref main", ["build", "web", "--ref", "main"]),
        ("build —ref “my branch”", ["build", "--ref", "my branch"]),
        ("build –ref ‘my branch’", ["build", "--ref", "my branch"]),
        ("build –-ref x", ["build", "--ref", "x"]),
        ("ps –a web", ["ps", "-a", "web"]),
        ("a — b – c", ["a", "—", "b", "–", "c"]),
        ("build\u00a0web\u2009now\u200b", ["build", "web", "now"]),
        ("note don’t", ["note", "don’t"]),
        ("build --ref '--force; rm -rf /'", ["build", "--ref", "--force; rm -rf /"]),
        ("--repo <https://git.example/web.git>", ["--repo", "https://git.example/web.git"]),
        ("--repo <http://git.example|git.example>", ["--repo", "git.example"]),
        ("MAIL=<mailto:ada@example.com|ada@example.com>", ["MAIL=ada@example.com"]),
        ("a <https://x.example|here>", ["a", "https://x.example"]),
        (
            "tell <@U123|ada> <#C123|web> <#C999> <!here>",
            ["tell", "@U123", "#web", "C999", "@here"],
        ),
        ("logs --filter 'a &amp;&lt;b&gt;'", ["logs", "--filter", "a &<b>"]),
        ("", []),
    ],
)
def test_words_are_what_was_meant(typed: str, words: list[str]) -> None:
    assert list(words_of(typed)) == words


@pytest.mark.parametrize("typed", ['build "web', "build 'web", "build web\\", "🚀" * 10_000])
def test_what_cannot_be_split_is_said_in_one_answer(typed: str) -> None:
    with pytest.raises(UserError) as caught:
        words_of(typed)
    assert caught.value.remedy
    assert len(str(caught.value)) < 200


@given(st.text(max_size=200))
def test_any_text_is_words_or_one_answer(typed: str) -> None:
    try:
        words = words_of(typed)
    except UserError:
        return
    assert all(isinstance(word, str) for word in words)


@given(st.lists(st.from_regex(r"[a-zA-Z0-9_./:=-]{1,20}", fullmatch=True), max_size=5))
def test_plain_words_come_through_as_they_are(words: list[str]) -> None:
    assert list(words_of(" ".join(words))) == words


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("<@U0BOT> promote", "promote"),
        ("<@U0BOT|rackhand> promote", "promote"),
        ("please <@U0BOT>", "please"),
        ("<@U0BOT> /rack promote", "promote"),
        ("<@U0BOT> promote <@U0ADA>", "promote <@U0ADA>"),
        ("/racks", "/racks"),
    ],
)
def test_the_bots_own_mention_is_no_word(text: str, rest: str) -> None:
    assert without_mention(text, "U0BOT") == rest

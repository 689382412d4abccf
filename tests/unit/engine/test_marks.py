"""Marks in texts for people."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from engine.marks import Kind, Span, link, literal, moment, read
from storage.records import Person

ADA = Person(team="T1", user="U0ADA", name="Ada")


@given(st.text())
def test_what_goes_in_literally_comes_out_letter_by_letter(text: str) -> None:
    assert "".join(span.text for span in read(literal(text), [ADA])) == text
    assert all(span.kind is Kind.WORDS and not span.bold for span in read(literal(text), [ADA]))


@given(st.text(alphabet="ab*`{}0\\ @1\n", max_size=30))
def test_any_text_can_be_read(text: str) -> None:
    assert all(span.text or span.person or span.moment for span in read(text, [ADA]))


@given(st.text(alphabet=st.characters(blacklist_characters="\n", codec="utf-8"), min_size=1))
def test_code_shows_whatever_was_put_into_it_literally(text: str) -> None:
    assert read(f"`{literal(text)}`") == (Span(kind=Kind.CODE, text=text),)


def test_marks_are_read() -> None:
    assert read("a *b {0}* `c*` {0}", [ADA]) == (
        Span(text="a "),
        Span(text="b ", bold=True),
        Span(kind=Kind.PERSON, person=ADA, bold=True),
        Span(text=" "),
        Span(kind=Kind.CODE, text="c*"),
        Span(text=" "),
        Span(kind=Kind.PERSON, person=ADA),
    )


def test_a_mark_that_is_not_whole_or_of_nobody_stays_as_written() -> None:
    for text in ("2 * 3 * 4", "2*3*4", "a `b", "*a\nb*", "{1}", "{x}", "**", "``"):
        assert read(text, [ADA]) == (Span(text=text),)


def test_a_moment_is_kept_to_the_second() -> None:
    at = datetime(2026, 8, 1, 12, 0, 5, tzinfo=UTC)
    assert read(moment(at)) == (Span(kind=Kind.MOMENT, moment=at),)


@given(st.text(max_size=30), st.sampled_from(["https://a.example/x?y=1#z", "http://a.example"]))
def test_a_link_is_read_whatever_its_label_holds(label: str, url: str) -> None:
    (span,) = read(link(label, url))

    assert (span.kind, span.url) == (Kind.LINK, url)
    assert span.text.strip()


def test_what_is_no_web_address_is_no_link() -> None:
    assert read(link("log", "javascript:alert(1)")) == read("log")
    assert read(link("log", None)) == read("log")
    assert read(literal("{log|https://a.example}"))[0].kind is Kind.WORDS

"""Any answer, however odd, for properties that must hold for all of them."""

from hypothesis import strategies as st

from commands.reply import (
    Actions,
    Button,
    CardView,
    Code,
    Confirm,
    Facts,
    Heading,
    Note,
    Part,
    RackTag,
    Reply,
    Table,
    Text,
    Tone,
)
from engine.marks import moment
from storage.records import Person

_NASTY = st.sampled_from(
    [
        "<!channel>",
        "<@U0ADA>",
        "<https://evil.example|here>",
        "*bold*",
        "`code`",
        "{0}",
        "{@1732428496}",
        ":tada:",
        "&amp;",
        "\x1b[31mred\x1b[0m",
        "👩‍🚀🏳️‍🌈",
        "\r\n",
        "> quote",
        "x" * 3_100,
        "🚀" * 800,
        "line of a log\n" * 400,
    ]
)
words = st.one_of(
    st.text(max_size=40),
    st.lists(st.one_of(_NASTY, st.text(max_size=10)), max_size=4).map(" ".join),
)
people = st.lists(
    st.builds(
        Person,
        team=st.sampled_from(["T1", "terminal"]),
        user=st.sampled_from(["U0ADA", "W123", "ada", "", "<!here>"]),
        name=words,
    ),
    max_size=3,
).map(tuple)
confirms = st.builds(Confirm, title=words, text=words, ok=words, cancel=words)
buttons = st.builds(
    Button,
    label=words,
    words=st.lists(words, max_size=4).map(tuple),
    style=st.sampled_from([None, "primary", "danger"]),
    confirm=st.one_of(st.none(), confirms),
    opens=st.sampled_from([None, "confirm", "environment", "reason"]),
)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    width = draw(st.integers(0, 22))
    rows = draw(st.integers(0, 12)) * draw(st.sampled_from([1, 10]))
    cells = st.lists(st.text(max_size=12) | words, min_size=width, max_size=width).map(tuple)
    kinds = draw(st.lists(cells, min_size=1, max_size=3))
    return Table(
        columns=draw(cells), rows=tuple(kinds[row % len(kinds)] for row in range(rows)), empty="–"
    )


tones = st.sampled_from([None, *Tone])
small_parts: st.SearchStrategy[Part] = st.one_of(
    st.builds(Text, text=words, tone=tones, people=people),
    st.builds(Actions, buttons=st.lists(buttons, max_size=3).map(tuple)),
    st.builds(Note, text=words, people=people),
    st.builds(Heading, text=words),
)
parts: st.SearchStrategy[Part] = st.one_of(
    small_parts,
    st.builds(Text, text=st.datetimes().map(moment)),
    st.builds(Facts, pairs=st.lists(st.tuples(words, words), max_size=12).map(tuple)),
    tables(),
    st.builds(Code, text=words),
    st.builds(Actions, buttons=st.lists(buttons, max_size=30).map(tuple)),
)
many_parts = st.one_of(
    st.lists(parts, max_size=5).map(tuple),
    st.tuples(small_parts, st.integers(1, 120)).map(lambda pair: (pair[0],) * pair[1]),
)
racks = st.builds(
    RackTag,
    name=st.one_of(words.filter(str.strip), st.just("production")),
    color=st.sampled_from(["red", "green", "mauve"]),
    protected=st.booleans(),
)
replies = st.builds(
    Reply,
    title=st.one_of(st.none(), words),
    rack=st.one_of(st.none(), racks),
    parts=many_parts,
    failed=st.booleans(),
)
cards = st.builds(
    CardView,
    subject=st.just("PQWERTYUPAS"),
    title=words,
    rack=racks,
    tone=st.sampled_from(Tone),
    parts=many_parts,
)

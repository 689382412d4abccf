"""BuildKit's plain progress: its lines as build events, and what failed."""

import re
from dataclasses import dataclass, field

from engine.ports.builder import BuildEvent

LINE = re.compile(r"#(?P<vertex>\d+) (?P<rest>.*)\Z")
NAME = re.compile(r"\[(?:(?P<stage>\S+) +)?(?P<number>\d+/\d+)\] (?P<text>.*)\Z")
OUTPUT = re.compile(r"\d+\.\d+ ?(?P<text>.*)\Z")
GLUED = re.compile(r"(?P<output>#(?P<vertex>\d+) \d+\.\d+ .*)(?P<end>#(?P=vertex) DONE [\d.]+s)\Z")
EXIT_CODE = re.compile(r"exit code: (?P<code>\d+)")
# What BuildKit puts before the one part of its complaint that helps.
PREAMBLE = re.compile(
    r"(?:ERROR: |failed to solve: |failed to solve with frontend dockerfile\.v0: "
    r"|failed to create LLB definition: |dockerfile\.v0: )*"
)
NO_SPACE = "no space left on device"  # the daemon's only sign of it
TAIL_LINES = 3


@dataclass(slots=True, kw_only=True)
class Progress:
    """Reads the lines of one build of *service*."""

    service: str
    failed_step: str | None = None
    failure: str | None = None  # BuildKit's words for it
    last_words: list[str] = field(default_factory=list)  # what was said outside of any step
    _names: dict[str, str] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)
    _current: str = ""
    _tail: list[str] = field(default_factory=list)

    def read(self, line: str) -> list[BuildEvent]:
        """Return the events of one line. A step is told once, however often it comes up."""
        if glued := GLUED.match(line):  # output that did not end with a new line
            return self.read(glued["output"]) + self.read(glued["end"])
        found = LINE.match(line)
        if found is None:
            if line.strip():
                self.last_words.append(line.strip())
            return []
        return self._read_vertex(found["vertex"], found["rest"])

    @property
    def detail(self) -> str:
        """Say in one line what failed: the step and its exit code where there is one."""
        if self.failed_step is None:
            return PREAMBLE.sub("", self._last_complaint(), count=1)[:500]
        code = EXIT_CODE.search(self.failure or "")
        if code:
            return f"`{self.failed_step}` ended with exit code {code['code']}."
        return f"`{self.failed_step}` failed: {PREAMBLE.sub('', self.failure or '', count=1)}"[:500]

    @property
    def is_no_space(self) -> bool:
        """Whether a full disk ended it."""
        said = [self.failure or "", *self.last_words[-TAIL_LINES:], *self._tail]
        return any(NO_SPACE in text.lower() for text in said)

    def _read_vertex(self, vertex: str, rest: str) -> list[BuildEvent]:
        if rest.startswith(("sha256:", "...")):
            return []
        if vertex not in self._names:
            return self._begin(vertex, rest)
        if rest == self._names[vertex]:
            return []
        if rest.startswith("ERROR: "):
            self.failure = rest.removeprefix("ERROR: ")
            self.failed_step = self._title(vertex).partition(" ")[2]
        output = OUTPUT.match(rest)
        text = output["text"] if output else rest
        if output:
            self._tail = [*self._tail, text][-TAIL_LINES:]
        return [*self._back_to(vertex), BuildEvent(service=self.service, text=text)]

    def _begin(self, vertex: str, rest: str) -> list[BuildEvent]:
        self._names[vertex] = rest
        self._current = vertex
        title = self._title(vertex)
        step = title if NAME.match(rest) and title not in self._told else None
        self._told.add(title)
        return [BuildEvent(service=self.service, text=title, step=step)]

    def _back_to(self, vertex: str) -> list[BuildEvent]:
        """Name the step again where lines of several are mixed."""
        if vertex == self._current:
            return []
        self._current = vertex
        return [BuildEvent(service=self.service, text=self._title(vertex))]

    def _title(self, vertex: str) -> str:
        """Return "2/5 RUN make" for "[stage-1 2/5] RUN   make", other names as they are."""
        found = NAME.match(self._names[vertex])
        if found is None:
            return self._names[vertex]
        return f"{found['number']} {' '.join(found['text'].split())}"

    def _last_complaint(self) -> str:
        complaints = [word for word in self.last_words if word.startswith(("ERROR:", "failed to"))]
        return (complaints or self.last_words or ["The build ended without saying why."])[-1]

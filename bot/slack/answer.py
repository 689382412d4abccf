"""How an answer reaches the one who asked, by whatever way Slack still takes it."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from bot.slack.inbound import Arrival
from bot.slack.render import Drawing, draw_reply
from commands.reply import Note, Reply
from commands.run import failure

FAULTS = (SlackClientError, OSError, HTTPException)  # what a call to Slack may end with

_TIMEOUT_SECONDS = 10
_TABLE_REFUSED = frozenset({"invalid_blocks", "invalid_attachments", "msg_blocks_too_long"})

log = logging.getLogger(__name__)

Way = Callable[[Drawing], object]


class NotTaken(SlackClientError):
    """A response URL answered no: used up, too old, or not to its liking."""

    def __init__(self, code: str) -> None:
        """*code* is what Slack answered."""
        super().__init__(code)
        self.code = code


def code_of(error: BaseException) -> str:
    """Return Slack's code for an error, or the kind of the error where Slack did not answer."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error", "unknown"))
    return error.code if isinstance(error, NotTaken) else type(error).__name__


class Answers:
    """Tells replies. The ways to tell one are tried in turn; that none worked is logged."""

    def __init__(self, client: WebClient) -> None:
        """*client* must not send a post again by itself."""
        self._client = client

    def whisper(self, arrival: Arrival, reply: Reply) -> None:
        """Tell only the asker: where they are, else in their direct messages. So goes a file."""
        note = Note(text=f"`{reply.file[0]}` is in our direct messages.") if reply.file else None
        shown = replace(reply, parts=(*reply.parts, note)) if note else reply
        told = self._tell(self._private_ways(arrival), shown)
        if file := _file(reply, told):
            self.send_directly(arrival, file)

    def say(self, arrival: Arrival, reply: Reply) -> None:
        """Answer a message where all who read it can see the answer."""
        ways = [self._post_to(arrival.channel, arrival.thread_ts)] if arrival.channel else []
        told = self._tell([*ways, self._post_directly(arrival)], reply)
        if file := _file(reply, told):
            self._send_file(arrival, file, lambda: str(arrival.channel), arrival.thread_ts)

    def send_directly(self, arrival: Arrival, file: tuple[str, str]) -> None:
        """Send a file to the asker's direct messages."""
        self._send_file(arrival, file, lambda: self._direct(arrival.asker.user))

    def _private_ways(self, arrival: Arrival) -> Iterable[Way]:
        if arrival.response_url:
            yield lambda drawing: self._respond(arrival, drawing)
        if arrival.channel:
            yield lambda drawing: self._client.chat_postEphemeral(
                channel=str(arrival.channel),
                user=arrival.asker.user,
                thread_ts=arrival.thread_ts,
                text=drawing.text,
                blocks=drawing.blocks,
            )
        yield self._post_directly(arrival)

    def _post_directly(self, arrival: Arrival) -> Way:
        return lambda drawing: self._post_to(self._direct(arrival.asker.user), None)(drawing)

    def _post_to(self, channel: str, thread_ts: str | None) -> Way:
        return lambda drawing: self._client.chat_postMessage(
            channel=channel,
            thread_ts=thread_ts,
            text=drawing.text,
            blocks=drawing.blocks,
            unfurl_links=False,
            unfurl_media=False,
        )

    def _respond(self, arrival: Arrival, drawing: Drawing) -> None:
        hook = WebhookClient(str(arrival.response_url), timeout=_TIMEOUT_SECONDS, retry_handlers=[])
        body = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": drawing.text,
            "blocks": drawing.blocks,
        }
        place = {"thread_ts": arrival.thread_ts} if arrival.thread_ts else {}
        answer = hook.send_dict(body | place)
        if answer.status_code != 200:
            raise NotTaken(str(answer.body)[:100])

    def _direct(self, user: str) -> str:
        return str(self._client.conversations_open(users=user)["channel"]["id"])

    def _tell(self, ways: Iterable[Way], reply: Reply) -> Drawing | None:
        """Tell by the first way that works; return what was told."""
        for way in ways:
            for tables in (True, False):
                drawing = draw_reply(reply, tables=tables)
                try:
                    way(drawing)
                except FAULTS as error:
                    code = code_of(error)
                    log.warning("answer not taken", extra={"code": code, "tables": tables})
                    if code not in _TABLE_REFUSED:
                        break
                else:
                    return drawing
        log.error("answer given up")
        return None

    def _send_file(
        self,
        arrival: Arrival,
        file: tuple[str, str],
        channel: Callable[[], str],
        thread_ts: str | None = None,
    ) -> None:
        name, text = file
        try:
            self._client.files_upload_v2(
                channel=channel(), thread_ts=thread_ts, filename=name, title=name, content=text
            )
        except FAULTS as error:
            log.warning("file not taken", extra={"code": code_of(error)})
            what = f"Slack did not take the file `{name}`: {code_of(error)}."
            sorry = failure(what, "", "A terminal shows all of it.")
            self._tell(self._private_ways(arrival), sorry)


def _file(reply: Reply, told: Drawing | None) -> tuple[str, str] | None:
    """Return what goes beside the message: the reply's file, or all of it where it was cut."""
    if reply.file or told is None:
        return reply.file
    return ("answer.txt", told.whole) if told.whole else None

"""What a task works with: its job, its settings, the world and the time."""

from dataclasses import dataclass
from datetime import datetime

from engine.asking import Asking
from engine.workflows.definition import Settings
from engine.workflows.people import automaton
from engine.workflows.reading import settings_of
from engine.world import World
from storage.workflow_records import Job, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One task that is open, at one moment."""

    world: World
    job: Job
    task: Task

    @property
    def now(self) -> datetime:
        """The time."""
        return self.world.clock.now()

    @property
    def settings(self) -> Settings:
        """What the definition says of the task. Raises ``UserError`` where it cannot be read."""
        return settings_of(self.task)

    def asking(self, what: str) -> Asking:
        """Return the wish of this very task: asked again, it is known to be the same."""
        by = self.job.cancel_asked_by or automaton(self.job.workflow)
        return Asking(person=by, key=f"{self.task.key}:{what}", channel=self.job.channel)

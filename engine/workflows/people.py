"""Who asks for what a workflow does: the workflow itself, and who pushed on the forge."""

from storage.records import Person

WORKFLOW = "workflow"  # the team of workflows that ask by themselves
FORGE = "github"  # the team of those who pushed: who they are in Slack is found by their e-mail


def automaton(workflow: str) -> Person:
    """Return the workflow as the one who asks."""
    return Person(team=WORKFLOW, user=workflow, name=f"workflow {workflow}")


def pusher(login: str, name: str = "") -> Person:
    """Return somebody of the forge as the one whose push began a job."""
    return Person(team=FORGE, user=login, name=name or login)

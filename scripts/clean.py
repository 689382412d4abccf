"""Ends the engines that were kept or left behind under ``.run/``, so that it can be removed."""

from scripts import dockerd
from scripts.places import run_directory


def main() -> None:
    """Stop every engine of this project."""
    for settings in run_directory("").glob("**/daemon.json"):
        dockerd.stop(dockerd.Engine(home=settings.parent))


if __name__ == "__main__":
    main()

"""An engine that goes down and comes back, as after a reboot of its machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import Unreachable
from engine.ports.rack import Phase
from scripts import dockerd
from tests.contract.rack.docker_stage import DockerStage
from tests.contract.rack.specs import service, target
from tests.contract.rack.stage import make_live, reach
from tests.services.engines import engine_to_stop


@pytest.fixture
def own_engine(slot: Path) -> Iterator[dockerd.Engine]:
    """An engine that no other test uses."""
    with engine_to_stop(slot) as engine:
        yield engine


def test_all_that_was_live_is_served_again_after_a_restart(own_engine: dockerd.Engine) -> None:
    stage = DockerStage(own_engine.url)
    shop = target(1, service(image=stage.image, replicas=2))
    blog = target(2, service(image=stage.image, version="7", host="blog.test"), app="blog")
    make_live(stage, shop)
    make_live(stage, blog)

    dockerd.stop(own_engine)
    with pytest.raises(Unreachable):
        stage.rack.observe(shop)
    dockerd.start(own_engine)
    stage.rack.repair([shop, blog])

    assert reach(stage, shop, Phase.RETIRED).of("web").ready == 2
    assert reach(stage, blog, Phase.RETIRED).of("web").ready == 1
    assert (stage.answer("shop.test"), stage.answer("blog.test")) == ("1", "7")
    assert stage.rack.repair([shop, blog]) == ()
    stage.close()

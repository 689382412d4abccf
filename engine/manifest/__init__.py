"""An app's manifest: a Compose file, or a lone Dockerfile, as plain frozen data.

``read_manifest`` turns a checkout into a ``Manifest`` whose plain form is stored with the build
and the release. ``build_specs`` says what to build of it, ``services_of`` what a rack has to run.
"""

from engine.manifest.find import read_manifest
from engine.manifest.model import Manifest, ServiceManifest, from_plain, to_plain, with_built
from engine.manifest.services import services_of
from engine.manifest.specs import build_specs
from engine.manifest.words import health_in_words

__all__ = [
    "Manifest",
    "ServiceManifest",
    "build_specs",
    "from_plain",
    "health_in_words",
    "read_manifest",
    "services_of",
    "to_plain",
    "with_built",
]

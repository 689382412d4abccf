"""One service of a Compose file."""

import re

from engine.manifest.build import read_build
from engine.manifest.environment import read_environment
from engine.manifest.extension import Extension, read_extension
from engine.manifest.health import ContainerHealth, read_healthcheck
from engine.manifest.model import ServiceManifest
from engine.manifest.ports import read_expose, read_ports
from engine.manifest.reading import Reading
from engine.manifest.values import Value, given
from engine.manifest.volumes import read_volumes
from engine.manifest.wording import read_words

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}\Z")
IMAGE = re.compile(r"[^\s-]\S*\Z")  # a reference, perhaps with variables in it
REPLICA_LIMIT = 100
SUPPORTED = (
    "build",
    "image",
    "command",
    "entrypoint",
    "environment",
    "env_file",
    "healthcheck",
    "deploy",
    "stop_grace_period",
    "volumes",
    "depends_on",
    "ports",
    "expose",
    "restart",
    "profiles",
    "x-rackhand",
)
OTHERS = (
    "annotations attach blkio_config cap_add cap_drop cgroup cgroup_parent configs cpu_count "
    "cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset "
    "credential_spec develop device_cgroup_rules devices dns dns_opt dns_search domainname "
    "external_links extra_hosts gpus group_add hostname ipc isolation label_file logging "
    "mac_address mem_limit mem_reservation mem_swappiness memswap_limit oom_kill_disable "
    "oom_score_adj pid pids_limit platform post_start pre_stop privileged pull_policy read_only "
    "runtime security_opt shm_size stdin_open stop_signal storage_opt sysctls tmpfs tty ulimits "
    "user userns_mode uts volumes_from working_dir"
)
REASONS = {
    **dict.fromkeys(OTHERS.split(), ""),
    "container_name": "processes are named by Rackhand, as several run side by side",
    "extends": "write the keys out, or use YAML anchors",
    "init": "every process gets an init anyway",
    "labels": "labels are set by Rackhand",
    "links": "services of an app find each other by name",
    "network_mode": "all services of a rack share its network",
    "networks": "all services of a rack share its network",
    "scale": "write `deploy.replicas`",
    "secrets": "set them with `/rack env set`",
}
DEPLOY_REASONS = {
    "resources": "processes have no limits",
    "restart_policy": "a process that ends is started again",
    **dict.fromkeys(("labels", "mode", "endpoint_mode", "placement", "rollback_config"), ""),
}
UPDATE_REASONS = dict.fromkeys(
    ("order", "delay", "failure_action", "monitor", "max_failure_ratio"),
    "new processes start beside the old ones and a failed promotion is taken back",
)


def read_service(name: str, value: Value, reading: Reading) -> ServiceManifest | None:
    """Read one service; None for one that belongs to a profile, which Compose does not start."""
    if not NAME.match(name):
        raise value.fault(
            "cannot be the name of a service", "Use up to 63 letters, digits, `-`, `_` and `.`."
        )
    entries = value.entries()
    if "profiles" in entries and entries["profiles"].elements():
        reading.notice(entries["profiles"], f"keeps `{name}` from being run.")
        return None
    reading.leave_out(entries, SUPPORTED, REASONS)
    _check_restart(entries, reading)
    extension = given(entries, "x-rackhand", read_extension, Extension())
    health = given(
        entries, "healthcheck", lambda entry: read_healthcheck(entry, reading), ContainerHealth()
    )
    replicas, parallelism = _read_deploy(entries, reading)
    port, routed = _read_port(entries, extension, reading)
    service = ServiceManifest(
        name=name,
        line=value.line,
        build=given(entries, "build", lambda entry: read_build(entry, reading), None),
        image=given(entries, "image", Value.text, None),
        command=given(entries, "command", read_words, None),
        entrypoint=given(entries, "entrypoint", read_words, None),
        environment=read_environment(entries, reading),
        port=port,
        port_from_image=port is None and bool(extension.domains or extension.http_check),
        routed=routed,
        domains=extension.domains,
        replicas=replicas,
        parallelism=parallelism,
        http_check=extension.http_check,
        container_check=health.check,
        healthcheck_disabled=health.disabled,
        volumes=given(entries, "volumes", lambda entry: read_volumes(entry, reading), ()),
        stop_grace_seconds=given(entries, "stop_grace_period", Value.duration, 30.0),
        healthy_within_seconds=extension.healthy_within_seconds,
        drain_seconds=extension.drain_seconds,
        bake_seconds=extension.bake_seconds,
        bake_rule=extension.bake_rule,
        hook_seconds=extension.hook_seconds,
        before_promote=extension.before_promote,
        after_promote=extension.after_promote,
        depends_on=given(entries, "depends_on", _read_depends_on, ()),
    )
    _check_whole(service, value)
    return service


def _read_port(
    entries: dict[str, Value], extension: Extension, reading: Reading
) -> tuple[int | None, bool]:
    """Return the port, and whether the router sends to it."""
    port = given(entries, "ports", lambda entry: read_ports(entry, reading), None)
    exposed = given(entries, "expose", read_expose, None)
    routed = extension.port or port
    if routed is None:
        return exposed, exposed is not None and bool(extension.domains)
    return routed, True


def _read_deploy(entries: dict[str, Value], reading: Reading) -> tuple[int, int | None]:
    """Return replicas and parallelism."""
    if "deploy" not in entries:
        return 1, None
    deploy = entries["deploy"].entries()
    reading.leave_out(deploy, ("replicas", "update_config"), DEPLOY_REASONS)
    update: dict[str, Value] = given(deploy, "update_config", Value.entries, {})
    reading.leave_out(update, ("parallelism",), UPDATE_REASONS)
    replicas = given(deploy, "replicas", lambda entry: entry.whole(least=0, most=REPLICA_LIMIT), 1)
    parallelism = given(
        update, "parallelism", lambda entry: entry.whole(least=0, most=REPLICA_LIMIT), None
    )
    return replicas, parallelism or None  # Compose's 0 is "all at once"


def _read_depends_on(value: Value) -> tuple[str, ...]:
    if value.is_list:
        return tuple(element.fixed_text() for element in value.elements())
    return tuple(value.entries())


def _check_restart(entries: dict[str, Value], reading: Reading) -> None:
    """Compose's ``always`` and ``unless-stopped`` are what a rack does; others it does not."""
    if "restart" in entries:
        wanted = entries["restart"].fixed_text()
        if wanted not in {"always", "unless-stopped"}:
            reading.notice(
                entries["restart"], f"has no effect as `{wanted}`: a rack always starts it again."
            )


def _check_whole(service: ServiceManifest, value: Value) -> None:
    if service.build is None and not service.image:
        raise value.fault(
            "has neither `build` nor `image`",
            "Write `build: .` for the repository's Dockerfile, or name an image.",
        )
    if service.image is not None and not IMAGE.match(service.image):
        raise value.fault(f"has an image name that cannot be: `{service.image[:60]}`")
    if service.port is None and service.build is None and service.port_from_image:
        raise value.fault(
            "is to be routed or checked by HTTP but has no port",
            "Write `port: 8080` under `x-rackhand`.",
        )

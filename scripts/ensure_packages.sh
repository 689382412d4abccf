#!/bin/sh
# Makes sure of what a part of the project needs from the machine: setup, demo, test or bench.
# As root on Debian or Ubuntu it installs what is missing; elsewhere it says what to install.
set -eu

here=$(dirname "$0")

# One line a need: a program, or a file that shows it is there, and its Debian package.
needs() {
    case $1 in
    setup)
        printf '%s\n' 'git git'
        sh "$here/find_python.sh" >/dev/null || printf '%s\n' '- python3' '- python3-venv' ;;
    demo)
        printf '%s\n' 'git git' 'dockerd docker.io' 'docker docker.io' 'iptables iptables' \
            'ip iproute2' 'busybox busybox-static' 'haproxy haproxy' \
            '/usr/bin/python3 python3' ;;
    test)
        needs demo
        printf '%s\n' 'docker-registry docker-registry' \
            '/usr/lib/postgresql/*/bin/initdb postgresql' 'sshd openssh-server' \
            'ssh openssh-client' 'chromium chromium' \
            '/usr/lib/*/libatomic.so.1 libatomic1' 'npm npm' \
            '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf fonts-noto-color-emoji' ;;
    bench)
        needs demo
        printf '%s\n' 'docker-compose docker-compose' ;;
    *)
        echo "Unknown part \"$1\". Say setup, demo, test or bench." >&2
        exit 2 ;;
    esac
}

is_there() {
    case $1 in
    -) return 1 ;;
    /*) for file in $1; do [ -e "$file" ] && return 0; done; return 1 ;;
    *) PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null ;;
    esac
}

missing=
for part in "$@"; do
    needs "$part" >/dev/null
    while read -r sign package; do
        case " $missing " in *" $package "*) continue ;; esac
        is_there "$sign" || missing="$missing $package"
    done <<LINES
$(needs "$part")
LINES
done
[ -n "$missing" ] || exit 0

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    echo "Installing$missing."
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    # shellcheck disable=SC2086 - the packages are words
    if { apt-get update -q && apt-get install -q -y --no-install-recommends $missing; } \
        >"$log" 2>&1 </dev/null
    then
        rm -f "$log"
        exit 0
    fi
    cat "$log" >&2
    echo "apt-get could not install$missing; its output is above." >&2
    exit 1
fi

case " $* " in
*" setup "*)
    echo "This needs git, and Python 3.11 or newer with the modules venv and ensurepip." >&2
    echo "On Debian and Ubuntu: sudo apt-get install$missing" >&2
    exit 1 ;;
*" demo "*)
    command -v git >/dev/null && command -v docker >/dev/null && exit 0
    echo "The demo needs git, and Docker with an engine that answers to \"docker info\":" >&2
    echo "  on Debian and Ubuntu: sudo apt-get install$missing" >&2
    echo "  elsewhere: https://docs.docker.com/get-docker/" >&2
    echo "Or try it on simulated racks: make demo ENGINE=memory" >&2
    exit 1 ;;
*" bench "*)
    echo "The benchmarks measure docker compose beside ours, on an engine of their own:" >&2
    echo "  on Debian and Ubuntu: sudo apt-get install$missing" >&2
    exit 1 ;;
*)
    echo "Tests of services that are not installed will skip. For all of them:"
    echo "  on Debian and Ubuntu: sudo apt-get install$missing" ;;
esac

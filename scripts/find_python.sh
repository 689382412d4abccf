#!/bin/sh
# Prints the path of a Python that can make the project's environment; exits 1 where none can.
set -eu
for name in ${PYTHON:-} python3 python3.11 python3.12 python3.13 python3.14 /usr/bin/python3; do
    if "$name" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
    then
        "$name" -c 'import sys; print(sys.executable)'
        exit 0
    fi
done
exit 1

#!/bin/sh
# Installs what no wheel brings, where it is missing: the two libraries that skia links (libGL, libEGL), and Debian's
# own half of Python's venv. With the word "tests" also Debian's Chromium, which the browser tests drive (it plays
# H.264), and the servers of a cluster (deploy/local.py); nothing else uses them. Needs root for that alone.
set -eu
missing=""
for name in GL:libgl1 EGL:libegl1; do
    library="lib${name%%:*}.so.1"
    if ! ldconfig -p 2>/dev/null | grep -q "$library" && ! /sbin/ldconfig -p 2>/dev/null | grep -q "$library"; then
        missing="$missing ${name##*:}"
    fi
done
python="${PYTHON:-python3}"
if ! "$python" -c "import ensurepip, venv" 2>/dev/null; then
    missing="$missing $("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
fi
if [ "${1:-}" = tests ]; then
    command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
    command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
    ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1 || missing="$missing postgresql"
fi
[ -z "$missing" ] && exit 0
run=""
if [ "$(id -u)" != 0 ]; then
    if command -v sudo >/dev/null 2>&1; then
        run="sudo"
    else
        echo "These system packages are missing:$missing. Ask an administrator to run: apt-get install$missing" >&2
        exit 1
    fi
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Install these with your system's package manager:$missing" >&2
    exit 1
fi
# shellcheck disable=SC2086 # package names
$run apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 || {
    $run apt-get update -qq
    $run apt-get install -y -qq --no-install-recommends $missing
}

#!/bin/sh
# Installs the two system libraries that skia links (libGL, libEGL) where they are missing. Needs root for that alone.
set -eu
missing=""
for name in GL:libgl1 EGL:libegl1; do
    library="lib${name%%:*}.so.1"
    if ! ldconfig -p 2>/dev/null | grep -q "$library" && ! /sbin/ldconfig -p 2>/dev/null | grep -q "$library"; then
        missing="$missing ${name##*:}"
    fi
done
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
    echo "Install these libraries with your system's package manager:$missing" >&2
    exit 1
fi
# shellcheck disable=SC2086 # two package names
$run apt-get install -y -qq $missing >/dev/null 2>&1 || {
    $run apt-get update -qq
    $run apt-get install -y -qq $missing
}

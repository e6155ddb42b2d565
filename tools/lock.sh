#!/bin/sh
# Resolve every extra in a fresh environment and write down the exact versions.
# torch comes first, by its public version, so that a CPU build at hand is taken.
set -eu
python=${1:-python3}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet torch==2.13.0
"$work/venv/bin/pip" install --quiet "$root[all]"
{
  echo "# Exact versions of everything, written by: make lock"
  "$work/venv/bin/pip" freeze --exclude course-lib | sed 's/+cpu$//'
} > "$root/requirements.lock"

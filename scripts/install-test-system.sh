#!/usr/bin/env bash
# PostgreSQL, nginx, Chromium, a Chinese font and what Playwright's driver links to, through apt, if they are missing.
set -euo pipefail
wanted=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || wanted+=(postgresql)
command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || wanted+=(nginx-light)
command -v chromium >/dev/null || [ -n "${MANYI_CHROMIUM:-}" ] || wanted+=(chromium)
ls /usr/lib/*/libatomic.so.1 >/dev/null 2>&1 || wanted+=(libatomic1)
ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 || wanted+=(fonts-noto-cjk)
[ ${#wanted[@]} -eq 0 ] && exit 0
if ! command -v apt-get >/dev/null; then
    echo "The tests need ${wanted[*]}: install them with this system's package manager, then run make test again." >&2
    exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "The tests need ${wanted[*]}: as root, apt-get install ${wanted[*]}" >&2; exit 1; }
    as_root=(sudo)
fi
echo "Installing for the tests: ${wanted[*]} …"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}"; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    echo "Step failed: apt-get install ${wanted[*]}" >&2
    exit 1
fi

#!/bin/sh
# Runs longtail on a machine that may have nothing but Node and npm:
#   sh run.sh train [ARGS]   sh run.sh test   sh run.sh check   sh run.sh bench [ARGS]   or any other command
# Gets Deno from npm when it is not on PATH (into .deno/ of this folder, no root needed), and a software
# Vulkan driver on Debian and Ubuntu when there is no WebGPU adapter and packages may be installed.
set -eu
INIT_CWD=${INIT_CWD:-$PWD}
export INIT_CWD
cd "$(dirname "$0")"

fail() {
  echo "error: $2" >&2
  exit "$1"
}

deno_bin=$(command -v deno || true)
if [ -z "$deno_bin" ]; then
  deno_bin=$PWD/.deno/node_modules/.bin/deno
  if [ ! -x "$deno_bin" ] || ! "$deno_bin" --version >/dev/null 2>&1; then
    command -v npm >/dev/null 2>&1 ||
      fail 1 "neither deno nor npm is on PATH: install Node (https://nodejs.org) or Deno (https://deno.com)"
    echo "getting Deno from npm into .deno/" >&2
    npm install --no-save --no-audit --no-fund --loglevel=error --prefix .deno deno@2 >&2 ||
      fail 1 "npm could not install Deno: try 'npm install --prefix .deno deno@2' to see why"
  fi
  PATH=$(dirname "$deno_bin"):$PATH
  export PATH
fi

# The Vulkan driver complains where this is unset, and needs nothing of it.
if [ -z "${XDG_RUNTIME_DIR:-}" ]; then
  XDG_RUNTIME_DIR=${TMPDIR:-/tmp}
  export XDG_RUNTIME_DIR
fi

verb=${1:-train}
[ $# -gt 0 ] && shift

needs_adapter() {
  case $verb in list | check | plugin-new) return 1 ;; *) return 0 ;; esac
}

if needs_adapter; then
  status=0
  deno run -A --quiet cli.ts doctor --json >/dev/null 2>&1 || status=$?
  if [ "$status" = 3 ]; then
    packages="mesa-vulkan-drivers"
    if command -v apt-get >/dev/null 2>&1 && [ -f /etc/debian_version ] && [ -z "${VK_DRIVER_FILES:-}" ]; then
      if [ "$(id -u)" = 0 ]; then
        as_root=""
      elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo"
      else
        fail 3 "there is no WebGPU adapter, and installing a software one needs root: sudo apt-get install $packages"
      fi
      echo "no WebGPU adapter: installing $packages" >&2
      $as_root apt-get update >/dev/null 2>&1 || true
      DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends $packages >/dev/null 2>&1 ||
        fail 3 "there is no WebGPU adapter, and apt-get could not install one: sudo apt-get install $packages"
    else
      deno run -A --quiet cli.ts doctor >/dev/null || exit $?
    fi
  fi
fi

case $verb in
test)
  sh "$0" check
  exec deno test -A --quiet --parallel=false tests
  ;;
check)
  deno fmt --check
  deno lint
  deno check
  deno doc --lint mod.ts core/mod.ts kernels/mod.ts algorithms/mod.ts datasets/mod.ts cli.ts
  deno publish --dry-run --allow-dirty
  ;;
bench) exec deno run -A --config bench/deno.json bench/main.ts "$@" ;;
*) exec deno run -A cli.ts "$verb" "$@" ;;
esac

#!/bin/sh
# Runs longtail on a machine that may have nothing but Node and npm:
#   sh run.sh train [ARGS]   sh run.sh test   sh run.sh check   sh run.sh bench [ARGS]   or any other command
# Gets Deno from npm when there is none on PATH (into .deno/ of this folder, no root needed), and a software
# Vulkan driver on Debian and Ubuntu when there is no WebGPU adapter and packages may be installed.
set -eu
INIT_CWD=${INIT_CWD:-$PWD}
export INIT_CWD
cd "$(dirname "$0")"

fail() {
  echo "error: $2" >&2
  exit "$1"
}

# Whether this is a Deno that longtail runs on: 2.9 or newer.
recent() {
  "$1" eval 'const [a, b] = Deno.version.deno.split("."); if (a < 2 || (a == 2 && b < 9)) Deno.exit(1)' \
    >/dev/null 2>&1
}

get_deno() {
  deno_bin=$PWD/.deno/node_modules/.bin/deno
  if ! recent "$deno_bin"; then
    command -v npm >/dev/null 2>&1 ||
      fail 1 "there is no Deno of version 2.9 or newer, and no npm to get one: install Deno (https://deno.com) or Node (https://nodejs.org)"
    echo "getting Deno from npm into .deno/" >&2
    npm install --no-save --no-audit --no-fund --loglevel=error --prefix .deno deno@2 >&2 ||
      fail 1 "npm could not install Deno: try 'npm install --prefix .deno deno@2' to see why"
    recent "$deno_bin" || fail 1 "the Deno that npm installed does not run: try $deno_bin --version to see why"
  fi
  PATH=$(dirname "$deno_bin"):$PATH
  export PATH
}

# Makes sure of an adapter: ends with code 3 and what to do where there is none.
get_adapter() {
  status=0
  said=$(deno run $may --quiet cli.ts doctor --json 2>&1 >/dev/null) || status=$?
  [ "$status" = 3 ] || return 0
  # A driver that was chosen by name, and does not work, is for the user to mend.
  if [ -n "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] ||
    ! [ -f /etc/debian_version ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "$said" >&2
    exit 3
  fi
  as_root=
  if [ "$(id -u)" != 0 ]; then
    as_root="sudo -n"
    $as_root true 2>/dev/null ||
      fail 3 "there is no WebGPU adapter, and installing a software one needs root: sudo apt-get install mesa-vulkan-drivers"
  fi
  echo "no WebGPU adapter: installing mesa-vulkan-drivers" >&2
  $as_root apt-get update >/dev/null 2>&1 || true
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    mesa-vulkan-drivers >/dev/null 2>&1 ||
    fail 3 "there is no WebGPU adapter, and apt-get could not install one: sudo apt-get install mesa-vulkan-drivers"
}

# What each command may do; docs/guides/trust.md says why. The tasks of deno.json may do the same.
may="--allow-read --allow-write --allow-env --allow-sys"
may_data="$may --allow-ffi --allow-net=www.cs.toronto.edu,ai.stanford.edu,cs.stanford.edu,ufldl.stanford.edu,data.vision.ee.ethz.ch,madm.dfki.de,huggingface.co,*.hf.co,zenodo.org"

check() {
  deno fmt --check
  deno lint
  deno check --quiet mod.ts cli.ts core kernels algorithms datasets experiment
  # Benches and tests have packages of their own (TensorFlow.js, ONNX Runtime), which nobody else needs.
  deno check --quiet --config bench/deno.json bench
  deno check --quiet --config tests/deno.json tests examples/class_threshold
  deno check --quiet --config tests/browser.json --import-map deno.json --no-lock mod.ts \
    examples/browser/page.ts
  deno doc --lint --quiet mod.ts core/mod.ts kernels/mod.ts algorithms/mod.ts datasets/mod.ts \
    experiment/mod.ts experiment/files_deno.ts experiment/onnx/to_onnx.ts cli.ts
  deno publish --quiet --dry-run --allow-dirty
}

command -v deno >/dev/null 2>&1 && recent deno || get_deno

# The Vulkan driver complains where this is unset, and needs nothing of it.
if [ -z "${XDG_RUNTIME_DIR:-}" ]; then
  XDG_RUNTIME_DIR=${TMPDIR:-/tmp}
  export XDG_RUNTIME_DIR
fi

verb=${1:-train}
[ $# -gt 0 ] && shift
case $verb in
train | evaluate | predict | golden | bench | gpu-check | test)
  case " $* " in *" --help "* | *" -h "*) ;; *) get_adapter ;; esac
  ;;
esac

case $verb in
check) check ;;
test)
  check
  deno test -A --quiet --no-check --config tests/deno.json tests examples
  exec deno test -A --quiet --doc mod.ts core kernels algorithms datasets experiment README.md docs
  ;;
golden) exec deno run $may tests/golden/main.ts "$@" ;;
bench) exec deno run -A --config bench/deno.json bench/main.ts "$@" ;;
gpu-check) exec deno run $may --allow-run --config bench/deno.json bench/gpu_check.ts "$@" ;;
data) exec deno run $may_data cli.ts "$verb" "$@" ;;
predict) exec deno run $may --allow-ffi cli.ts "$verb" "$@" ;;
plugin) exec deno run $may --allow-run cli.ts "$verb" "$@" ;;
sweep) exec deno run $may --allow-run cli.ts "$verb" "$@" ;;
*) exec deno run $may cli.ts "$verb" "$@" ;;
esac

#!/usr/bin/env bash
# Trains the whole pocket pack in one go: VAE, base, adapters and few-step adapter (side by side), export in parts.
#   STYLUS_DATA=… RUN=/tmp/pocket-run OUT=/tmp/out VAE_MIN=4.5 BASE_MIN=11 ADAPTER_MIN=3.5 LCM_MIN=3 bash training/train_all.sh
# Uses all GPUs it finds: with two, VAE and base run on both, then adapters on the first and the few-step adapter on the second.
# Each stage is skipped when its result exists; progress goes to $RUN/all.log and $RUN/stage.
set -u
cd "$(dirname "$0")/.."
export PYTHONPATH=training PYTHONUNBUFFERED=1 TOKENIZERS_PARALLELISM=false
export TORCHINDUCTOR_CACHE_DIR="${TORCHINDUCTOR_CACHE_DIR:-/tmp/inductor}" TORCHINDUCTOR_FX_GRAPH_CACHE=1
RUN="${RUN:-/tmp/pocket-run}"; OUT="${OUT:-}"; PY="${PY:-python3}"; FLAGS="${FLAGS:-}"
VAE_MIN="${VAE_MIN:-4.5}"; BASE_MIN="${BASE_MIN:-11}"; ADAPTER_MIN="${ADAPTER_MIN:-3.5}"; LCM_MIN="${LCM_MIN:-3}"
GPUS="${GPUS:-$($PY -c 'import torch; print(torch.cuda.device_count())')}"
export OMP_NUM_THREADS="${OMP_NUM_THREADS:-2}" POCKET_CACHE="${POCKET_CACHE:-/tmp/pocket-sprites}"
mkdir -p "$RUN"
exec >>"$RUN/all.log" 2>&1
stage() { echo "$1" >"$RUN/stage"; echo "=== $(date +%T) $1"; }
many() { # one process a GPU; when one fails the others end too
  if [ "$GPUS" -le 1 ]; then $PY -m "$@"; return; fi
  local pids=() status=0 port=$((20000 + RANDOM % 20000)) rank
  for rank in $(seq 0 $((GPUS - 1))); do
    RANK=$rank LOCAL_RANK=$rank WORLD_SIZE=$GPUS MASTER_ADDR=127.0.0.1 MASTER_PORT=$port $PY -m "$@" &
    pids+=($!)
  done
  for rank in "${pids[@]}"; do wait -n "${pids[@]}" || { status=1; kill "${pids[@]}" 2>/dev/null; }; done
  return $status
}

stage sprites
if [ -n "${STYLUS_DATA:-}" ]; then $PY -c 'from pocket.sprites import Sprites; Sprites.load()'; fi
stage vae
if [ ! -f "$RUN/vae.pt" ]; then
  # fills the compiler's cache for the UNet while the VAE trains
  [ "$GPUS" -gt 0 ] && (sleep 45; $PY -m pocket.train_base --smoke --random-latents --run "$RUN/warm" ${BASE_FLAGS:-} $FLAGS >"$RUN/warm.log" 2>&1) &
  many pocket.train_vae --run "$RUN" --minutes "$VAE_MIN" ${VAE_FLAGS:-} $FLAGS || many pocket.train_vae --run "$RUN" --minutes "$VAE_MIN" --no-compile ${VAE_FLAGS:-} $FLAGS
fi
[ -f "$RUN/vae.pt" ] || { stage "failed: vae"; exit 1; }
stage base
if [ ! -f "$RUN/base.done" ]; then
  many pocket.train_base --run "$RUN" --minutes "$BASE_MIN" ${BASE_FLAGS:-} $FLAGS || many pocket.train_base --run "$RUN" --minutes "$BASE_MIN" --no-compile ${BASE_FLAGS:-} $FLAGS
  [ -f "$RUN/base.pt" ] && touch "$RUN/base.done"
fi
[ -f "$RUN/base.pt" ] || { stage "failed: base"; exit 1; }
[ -n "$OUT" ] && $PY -m pocket.export split --run "$RUN" --out "$OUT"
stage adapters
SECOND=0; [ "$GPUS" -gt 1 ] && SECOND=1
run_lcm() { CUDA_VISIBLE_DEVICES=$SECOND $PY -m pocket.train_lcm --run "$RUN" --minutes "$LCM_MIN" ${LCM_FLAGS:-} $FLAGS; }
run_adapters() { CUDA_VISIBLE_DEVICES=0 $PY -m pocket.train_adapters --run "$RUN" --minutes "$ADAPTER_MIN" ${ADAPTER_FLAGS:-} $FLAGS; }
if [ "$GPUS" -gt 1 ]; then run_lcm & run_adapters; wait; $PY -m pocket.train_lcm --run "$RUN" --sheets-only $FLAGS; else run_adapters; stage lcm; run_lcm; fi
stage export
$PY -m pocket.export split --run "$RUN" --out "${OUT:-$RUN/parts}"
stage done

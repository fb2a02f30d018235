#!/usr/bin/env bash
# Trains the whole pocket pack in one go on one or two GPUs and leaves the exported parts in $OUT.
#   STYLUS_DATA=… RUN=/tmp/pocket-run OUT=/tmp/out VAE_MIN=4.5 BASE_MIN=12 ADAPTER_MIN=4 LCM_MIN=3 bash training/train_all.sh
# Every stage starts early and compiles while the one before it trains (--wait): compiling takes two minutes for the VAE and one or
# two for each of the others. With two GPUs VAE and base use both; adapters run on the first and the few-step adapter on the second.
# $OUT has the newest export after base and again at the end, so that a machine that ends early leaves what there is.
# INIT_PACK=public/packs/pocket starts VAE and base from a pack's weights instead of from nothing.
# EMBEDDER_MIN and SCORER_MIN (0: not trained) run on the last GPU beside the VAE and the start of the base.
set -u
cd "$(dirname "$0")/.."
export PYTHONPATH=training PYTHONUNBUFFERED=1 TOKENIZERS_PARALLELISM=false OMP_NUM_THREADS="${OMP_NUM_THREADS:-2}"
export POCKET_CACHE="${POCKET_CACHE:-/tmp/pocket-sprites}" TORCHINDUCTOR_CACHE_DIR="${TORCHINDUCTOR_CACHE_DIR:-/tmp/inductor}"
RUN="${RUN:-/tmp/pocket-run}"; OUT="${OUT:-$RUN/parts}"; PY="${PY:-python3}"; FLAGS="${FLAGS:-}"
VAE_MIN="${VAE_MIN:-4.5}"; BASE_MIN="${BASE_MIN:-12}"; ADAPTER_MIN="${ADAPTER_MIN:-4}"; LCM_MIN="${LCM_MIN:-3}"
EMBEDDER_MIN="${EMBEDDER_MIN:-0}"; SCORER_MIN="${SCORER_MIN:-0}"
GPUS="${GPUS:-$($PY -c 'import torch; print(torch.cuda.device_count())')}"
RANKS=$((GPUS > 1 ? GPUS : 1)); LAST=$((RANKS - 1))
mkdir -p "$RUN" "$OUT"
BEGIN=$(date +%s)
say() { echo "[$(($(date +%s) - BEGIN)) s] $*" | tee -a "$RUN/all.log"; }

# One process a GPU, joined by environment variables; output of rank r goes to $RUN/NAME.r.log.
ranks() { # NAME PORT MODULE ARGUMENTS…
  local name=$1 port=$2 module=$3; shift 3
  for r in $(seq 0 "$LAST"); do
    if [ "$RANKS" -gt 1 ]; then export MASTER_ADDR=127.0.0.1 MASTER_PORT=$port WORLD_SIZE=$RANKS RANK=$r LOCAL_RANK=$r; fi
    $PY -m "$module" --run "$RUN" "$@" $FLAGS >"$RUN/$name.$r.log" 2>&1 &
  done
  unset MASTER_ADDR MASTER_PORT WORLD_SIZE RANK LOCAL_RANK
}

# Waits for a file of the run folder; fails when the trainer that should write it has ended without it.
await() { # FILE MODULE
  while [ ! -f "$RUN/$1" ]; do
    sleep 0.5
    if [ ! -f "$RUN/$1" ] && ! pgrep -f "$2" >/dev/null; then say "failed: $2 ended without $1"; tail -5 "$RUN"/*.log; exit 1; fi
  done
}

INIT=""
if [ -n "${INIT_PACK:-}" ]; then $PY -m pocket.export reopen --pack "$INIT_PACK" --out "$RUN/init" && INIT="--init $RUN/init"; fi

$PY -c 'from pocket.sprites import Sprites; Sprites.load()' >"$RUN/sprites.log" 2>&1 & # while the VAE compiles
ranks vae 29501 pocket.train_vae --minutes "$VAE_MIN" $INIT ${VAE_FLAGS:-}
if [ "$EMBEDDER_MIN" != 0 ]; then
  (export CUDA_VISIBLE_DEVICES=$LAST
   $PY -m embedder.train --minutes "$EMBEDDER_MIN" --out "$RUN/embedder" >"$RUN/embedder.log" 2>&1
   [ "$SCORER_MIN" != 0 ] && $PY -m scorer.train --minutes "$SCORER_MIN" --out "$RUN/scorer" >"$RUN/scorer.log" 2>&1) &
fi
sleep "${STAGGER:-20}"
ranks base 29502 pocket.train_base --wait --minutes "$BASE_MIN" --sheet-minutes "${SHEET_MIN:-4}" $INIT ${BASE_FLAGS:-}
await vae.pt pocket.train_vae
say "vae: $(grep -h evaluation "$RUN/vae.0.log" | cut -c1-160)"
sleep "${STAGGER:-20}"
(CUDA_VISIBLE_DEVICES=0 $PY -m pocket.train_adapters --wait --run "$RUN" --minutes "$ADAPTER_MIN" ${ADAPTER_FLAGS:-} $FLAGS >"$RUN/adapters.log" 2>&1) &
ADAPTERS=$!
(CUDA_VISIBLE_DEVICES=$LAST $PY -m pocket.train_lcm --wait --run "$RUN" --minutes "$LCM_MIN" ${LCM_FLAGS:-} $FLAGS >"$RUN/lcm.log" 2>&1) &
LCM=$!
await base.done pocket.train_base
say "base: $(tail -1 "$RUN/base.0.log" | cut -c1-160)"
$PY -m pocket.export split --run "$RUN" --out "$OUT"
wait "$ADAPTERS" "$LCM"
say "adapters: $(grep -h 'event=files' "$RUN/adapters.log" | cut -c1-160)"
rm -f "$OUT"/pocket-*.part
$PY -m pocket.export split --run "$RUN" --out "$OUT"
say done

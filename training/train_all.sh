#!/usr/bin/env bash
# Trains the whole pocket pack in one go on one or more GPUs and leaves the exported parts in $OUT.
#   STYLUS_DATA=… RUN=/tmp/pocket-run OUT=/tmp/out bash training/train_all.sh
# Schedules are counted in steps, equal on every machine: VAE_STEPS, BASE_STEPS, ADAPTER_STEPS, LCM_STEPS, by default those of the
# shipped run (README.md: where it started from, its other options, and the adapters that it trained once more).
# VAE_MIN, BASE_MIN, ADAPTER_MIN, LCM_MIN give a stage minutes instead.
# Every stage starts early and compiles while the one before it trains (--wait): compiling takes two minutes for the VAE and one or
# two for each of the others. VAE and base use all GPUs; then the few-step adapter has the last LCM_GPUS of them (by default one, the only
# one where there is just one), and the others share the adapters.
# A vae.pt that is already in $RUN is kept.
# $OUT has the newest export after base and again at the end, so that a machine that ends early leaves what there is.
# INIT_PACK=public/packs/pocket starts VAE and base from a pack's weights instead of from nothing.
# EMBEDDER_STEPS and SCORER_STEPS (or EMBEDDER_MIN, SCORER_MIN; by default neither is trained) run on the last GPU beside the VAE and the start of the base.
set -u
cd "$(dirname "$0")/.."
export PYTHONPATH=training PYTHONUNBUFFERED=1 TOKENIZERS_PARALLELISM=false OMP_NUM_THREADS="${OMP_NUM_THREADS:-2}"
export POCKET_CACHE="${POCKET_CACHE:-/tmp/pocket-sprites}" TORCHINDUCTOR_CACHE_DIR="${TORCHINDUCTOR_CACHE_DIR:-/tmp/inductor}"
RUN="${RUN:-/tmp/pocket-run}"; OUT="${OUT:-$RUN/parts}"; PY="${PY:-python3}"; FLAGS="${FLAGS:-}"
schedule() { if [ -n "$1" ]; then echo "--minutes $1"; else echo "--steps $2"; fi; } # MINUTES STEPS
VAE_TIME=$(schedule "${VAE_MIN:-}" "${VAE_STEPS:-4570}"); BASE_TIME=$(schedule "${BASE_MIN:-}" "${BASE_STEPS:-6075}")
ADAPTER_TIME=$(schedule "${ADAPTER_MIN:-}" "${ADAPTER_STEPS:-842}"); LCM_TIME=$(schedule "${LCM_MIN:-}" "${LCM_STEPS:-1580}")
EMBEDDER_TIME=$(schedule "${EMBEDDER_MIN:-}" "${EMBEDDER_STEPS:-0}"); SCORER_TIME=$(schedule "${SCORER_MIN:-}" "${SCORER_STEPS:-0}")
GPUS="${GPUS:-$($PY -c 'import torch; print(torch.cuda.device_count())')}"
RANKS=$((GPUS > 1 ? GPUS : 1)); LAST=$((RANKS - 1)); LCM_GPUS="${LCM_GPUS:-1}"; STARTED=""
mkdir -p "$RUN" "$OUT"
BEGIN=$(date +%s)
say() { echo "[$(($(date +%s) - BEGIN)) s] $*" | tee -a "$RUN/all.log"; }

# One process a GPU, on COUNT of them from FIRST on, joined by environment variables; output of rank r goes to $RUN/NAME.r.log.
ranks() { # NAME PORT FIRST COUNT MODULE ARGUMENTS…
  local name=$1 port=$2 first=$3 count=$4 module=$5; shift 5
  for r in $(seq 0 $((count - 1))); do
    (export LOCAL_RANK=$((first + r))
     if [ "$count" -gt 1 ]; then export MASTER_ADDR=127.0.0.1 MASTER_PORT=$port WORLD_SIZE=$count RANK=$r; fi
     exec $PY -m "$module" --run "$RUN" "$@" $FLAGS >"$RUN/$name.$r.log" 2>&1) &
    STARTED="$STARTED $!"
  done
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
[ -f "$RUN/vae.pt" ] || ranks vae 29501 0 "$RANKS" pocket.train_vae $VAE_TIME $INIT ${VAE_FLAGS:-}
(export CUDA_VISIBLE_DEVICES=$LAST
 [ "$EMBEDDER_TIME" = "--steps 0" ] || $PY -m embedder.train $EMBEDDER_TIME --out "$RUN/embedder" >"$RUN/embedder.log" 2>&1
 [ "$SCORER_TIME" = "--steps 0" ] || $PY -m scorer.train $SCORER_TIME --out "$RUN/scorer" >"$RUN/scorer.log" 2>&1) &
sleep "${STAGGER:-20}"
ranks base 29502 0 "$RANKS" pocket.train_base --wait $BASE_TIME --sheet-minutes "${SHEET_MIN:-4}" $INIT ${BASE_FLAGS:-}
await vae.pt pocket.train_vae
say "vae: $(grep -h evaluation "$RUN/vae.0.log" | cut -c1-160)"
sleep "${STAGGER:-20}"
STARTED=""
PARTS=$((RANKS > LCM_GPUS ? RANKS - LCM_GPUS : 1))
for part in $(seq 1 "$PARTS"); do
  ranks "adapters-$part" 29503 $((part - 1)) 1 pocket.train_adapters --wait $ADAPTER_TIME --part "$part/$PARTS" ${ADAPTER_FLAGS:-}
done
ranks lcm 29504 $((RANKS - LCM_GPUS)) "$LCM_GPUS" pocket.train_lcm --wait $LCM_TIME ${LCM_FLAGS:-}
await base.done pocket.train_base
say "base: $(tail -1 "$RUN/base.0.log" | cut -c1-160)"
$PY -m pocket.export split --run "$RUN" --out "$OUT"
wait $STARTED
say "adapters: $(grep -h 'event=files' "$RUN"/adapters-*.log | tr '\n' ' ' | cut -c1-300)"
rm -f "$OUT"/pocket-*.part
$PY -m pocket.export split --run "$RUN" --out "$OUT"
say done

#!/usr/bin/env bash
# Certified radii on a cluster: one shard a task of a Slurm array, then one merge.
#
#   N=64; job=$(sbatch --parsable --array=1-$N --requeue examples/slurm/radii.sh FOLDER -- MODEL... --mnist 0..10000 --method crown)
#   sbatch --dependency=afterok:$job examples/slurm/radii.sh --merge FOLDER
#
# A task that is killed or moved to another machine is run again with the same words: it goes on where its rows end.
set -euo pipefail
boundscope=${BOUNDSCOPE:-boundscope}
if [ "${1:-}" = --merge ]; then
    exec "$boundscope" merge "${2:?the folder of the rows}.csv" "$2"/*.csv
fi
folder=${1:?the folder of the rows, then -- and what \`boundscope radius\` is to be asked}
[ "${2:-}" = -- ] || { echo "radii.sh: after the folder comes --, then what \`boundscope radius\` is to be asked" >&2; exit 2; }
shift 2
shard=${SLURM_ARRAY_TASK_ID:?run it as an array: sbatch --array=1-N}
mkdir -p "$folder"
exec "$boundscope" radius "$@" --shard "$shard/${SLURM_ARRAY_TASK_COUNT:?}" --rows "$folder/$shard.csv"

#!/bin/bash
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
# contig.sh STEP GENOME SEED: one contig, the line of the .fai that has the number of the job.
set -euo pipefail
step=$1 genome=$2 seed=$3
number=$(printf %07d "$SLURM_ARRAY_TASK_ID")
contig=$(mktemp --suffix .bed)
trap 'rm -f "$contig"' EXIT
# As BED: the name of a contig may look like a region.
awk -v OFS='\t' -v line="$SLURM_ARRAY_TASK_ID" 'NR == line { print $1, 0, $2 }' "$genome.fai" > "$contig"
threads=${SLURM_CPUS_PER_TASK:-1}

case $step in
train)
    gsynth train "$genome" -k 5 --intervals "$contig" --threads "$threads" --force -o "models/$number.gsm" ;;
sample)
    gsynth sample model.gsm -g "$genome" --intervals "$contig" --seed "$seed" --threads "$threads" --force \
        -o "samples/$number.fa" ;;
esac

#!/bin/bash
# submit.sh GENOME SEED: a model and a sample of a genome, one contig a job; the .fai lies next to the genome.
set -euo pipefail
genome=$1 seed=$2
here=$(cd "$(dirname "$0")" && pwd)
contigs=$(wc -l < "$genome.fai")
mkdir -p models samples

trained=$(sbatch --parsable --array="1-$contigs" "$here/contig.sh" train "$genome" "$seed")
merged=$(sbatch --parsable --dependency="afterok:$trained" --wrap "gsynth merge models/*.gsm --force -o model.gsm")
sampled=$(sbatch --parsable --dependency="afterok:$merged" --array="1-$contigs" "$here/contig.sh" sample "$genome" "$seed")
# The names are numbers with leading zeros, so the parts are in the order of the genome.
sbatch --parsable --dependency="afterok:$sampled" --wrap "cat samples/*.fa > sample.fa.part && mv sample.fa.part sample.fa"

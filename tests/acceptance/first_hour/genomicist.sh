# What a genomicist tries first, in a shell, with a genome and peaks of her own.
# Runs in a folder with genome.fa.gz, peaks.bed and repeats.bed; stops at the first thing that is not as she expects.
set -euo pipefail

expect() { grep -qF -- "$1" "$2" || { echo "expected '$1' in $2:"; cat "$2"; exit 1; } >&2; }
refused() { if "$@" > out.txt 2> err.txt; then echo "not refused: $*" >&2; exit 1; fi; }

# Without reading anything.
gsynth --help > help.txt
expect "train" help.txt
gsynth train --help > help.txt
expect "--dim" help.txt

# A model of her genome: strata with as many windows each, repeats left out.
gsynth train --genome genome.fa.gz -k 4 --dim gc=q5 --iterator 200 --mask repeats.bed -o model.gsm 2> err.txt
gsynth info model.gsm > info.txt
expect "gc" info.txt

# A whole synthetic genome, and null sequences for her peaks: the lengths and names of the peaks.
gsynth sample model.gsm --genome genome.fa.gz --seed 1 -o synthetic.fa
gsynth sample model.gsm --genome genome.fa.gz --intervals peaks.bed --names bed --n-samples 3 --seed 1 -o null.fa
test "$(grep -c '>' null.fa)" -eq $((3 * $(wc -l < peaks.bed)))
expect ">peak1::" null.fa
test -s synthetic.fa.fai

# The same again, in a pipe, with another number of threads: the same bytes.
gsynth train --genome genome.fa.gz -k 4 --dim gc=q5 --iterator 200 --mask repeats.bed -o - 2> /dev/null |
    gsynth sample - --genome genome.fa.gz --seed 1 --threads 1 -o - 2> /dev/null | cmp - synthetic.fa

# What she gets wrong first.
refused gsynth sample model.gsm --genome genome.fa.gz --seed 1 -o synthetic.fa
expect "--force" err.txt
sed 's/^flyA/chrflyA/' peaks.bed > other.bed
refused gsynth sample model.gsm --genome genome.fa.gz --intervals other.bed -o other.fa
expect "chrflyA" err.txt
expect "flyA" err.txt
refused gsynth sample model.gsm --genome gemone.fa.gz -o other.fa
expect "gemone.fa.gz" err.txt
refused gsynth train --genome genome.fa.gz --dim gcc=q5 --iterator 200 -o other.gsm
expect "gcc" err.txt
refused gsynth train --genome genome.fa.gz --dim gc=q5 -o other.gsm
expect "iterator" err.txt
test ! -e other.fa
test ! -e other.gsm

# Scores for her browser, and a genome without CpG.
gsynth score model.gsm --genome genome.fa.gz --resolution 1000 -o scores.bedGraph
test "$(head -1 scores.bedGraph | wc -w)" -eq 4
gsynth replace-kmer CG GC --genome genome.fa.gz -o no-cpg.fa
if grep -v '>' no-cpg.fa | tr -d '\n' | grep -qi CG; then echo "a CG is left" >&2; exit 1; fi

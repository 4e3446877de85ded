# What somebody does who has a counter of his own: copies the example, renames it, installs it, tests it.
# $1: the folder of the example. Runs in an empty folder, without a network.
set -euo pipefail

expect() { grep -qF -- "$1" "$2" || { echo "expected '$1' in $2:"; cat "$2"; exit 1; } >&2; }

# As docs/howto/writing-a-backend.md says.
cp -r "$1" gsynth-mine
cd gsynth-mine
find . -name __pycache__ -prune -exec rm -r {} +
mv src/gsynth_example src/gsynth_mine
grep -rlZ example . | xargs -0 sed -i 's/gsynth_example/gsynth_mine/g; s/gsynth-example/gsynth-mine/g
    s/"example"/"mine"/g; s/^example = /mine = /; s/"npz"/"mine-npz"/; s/\.npz"/.mine"/'

# What `pip install` writes, which would need a network for its build environment.
mkdir src/gsynth_mine-0.1.0.dist-info
printf 'Metadata-Version: 2.1\nName: gsynth-mine\nVersion: 0.1.0\n' > src/gsynth_mine-0.1.0.dist-info/METADATA
printf '[gsynth]\nmine = gsynth_mine.plugin\n' > src/gsynth_mine-0.1.0.dist-info/entry_points.txt
export PYTHONPATH=$PWD/src
cd ..

gsynth plugins > plugins.txt
expect "gsynth-mine" plugins.txt

# His backend makes the same model and the same sequence.
printf '>chr1\n%s\n>chr2\n%s\n' "$(printf 'ACGTTGCAAN%.0s' {1..200})" "$(printf 'TTAGGGCC%.0s' {1..90})" > genome.fa
for backend in mine numpy; do
    gsynth train --genome genome.fa -k 2 --dim gc=0,0.5,1 --iterator 50 --backend $backend -o $backend.gsm 2> /dev/null
    gsynth sample $backend.gsm --genome genome.fa --seed 3 --backend $backend -o $backend.fa 2> /dev/null
done
cmp mine.fa numpy.fa
gsynth convert mine.gsm model.mine
gsynth info model.mine > info.txt
expect "order" info.txt

# Then he breaks something. The suite says which clause; a misspelt hook and a failing import are listed, nothing else fails.
cat >> gsynth-mine/src/gsynth_mine/plugin.py <<'PLUGIN'


@hookimpl
def gsynth_counter():
    return []
PLUGIN
gsynth plugins > plugins.txt 2> err.txt || true
cat err.txt >> plugins.txt
expect "gsynth_counter" plugins.txt
echo 'import no_such_module' > gsynth-mine/src/gsynth_mine/plugin.py
gsynth plugins > plugins.txt 2> err.txt || true
cat err.txt >> plugins.txt
expect "no_such_module" plugins.txt
gsynth train --genome genome.fa -k 2 -o still.gsm 2> /dev/null
if gsynth train --genome genome.fa -k 2 --backend mine -o not.gsm 2> err.txt; then exit 1; fi
expect "mine" err.txt

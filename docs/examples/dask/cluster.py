"""cluster.py GENOME SEED SCHEDULER: a model and a sample on a Dask cluster; SCHEDULER is its address, or local:4."""

import sys

import gsynth

if __name__ == "__main__":
    # Worker processes of this machine import this file again: what is below must not run in them.
    genome, seed, scheduler = sys.argv[1:]
    model = gsynth.train(genome=genome, k=5, executor=scheduler)
    gsynth.save(model, "model.gsm")
    gsynth.sample(model, "sample.fa", genome=genome, seed=int(seed), executor=scheduler)

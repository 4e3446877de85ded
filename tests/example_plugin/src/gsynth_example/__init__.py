"""An example of a gsynth plugin."""

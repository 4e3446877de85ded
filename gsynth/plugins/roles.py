"""What plugins can be: for each role its hook, its descriptor and what its `load` must return."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from attrs import frozen

from gsynth.plugins.contracts import Counter, GenomeOpener, Sampler, Scorer, Serializer, TrackOpener
from gsynth.plugins.descriptors import (
    CounterPlugin,
    GenomePlugin,
    PluginDescriptor,
    SamplerPlugin,
    ScorerPlugin,
    SerializerPlugin,
    TrackPlugin,
)

D = TypeVar("D", bound=PluginDescriptor, covariant=True)
I = TypeVar("I", covariant=True)  # noqa: E741  # the implementation


@frozen
class Role(Generic[D, I]):
    """One role.

    Attributes
    ----------
    name : str
        Its hook is ``gsynth_<name>s``.
    descriptor : type
        What the hook yields.
    protocol : type
        What `load` of the descriptor returns.
    least_contract : int
        The oldest version of the contracts whose plugins still work.
    """

    name: str
    descriptor: type[D]
    protocol: type[I]
    least_contract: int = 1

    @property
    def hook(self) -> str:
        """The name of the hook."""
        return f"gsynth_{self.name}s"

    def __str__(self) -> str:
        return self.name


# Contract 2 changed the signatures of kernels but not those of the other roles, whose older plugins still work.
COUNTER: Final = Role("counter", CounterPlugin, Counter, least_contract=2)
SAMPLER: Final = Role("sampler", SamplerPlugin, Sampler, least_contract=2)
SCORER: Final = Role("scorer", ScorerPlugin, Scorer, least_contract=2)
SERIALIZER: Final = Role("serializer", SerializerPlugin, Serializer)
GENOME: Final = Role("genome", GenomePlugin, GenomeOpener)
TRACK: Final = Role("track", TrackPlugin, TrackOpener)

# Typed by the widest role here only: whoever names a role gets the types of its descriptor and implementation.
ROLES: Final[dict[str, Role[PluginDescriptor, object]]] = {
    role.name: role for role in (COUNTER, SAMPLER, SCORER, SERIALIZER, GENOME, TRACK)
}
"""All roles by name, in the order in which they are listed."""

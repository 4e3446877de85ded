"""Registers the .gsm formats: the folder, the zip, and the folder for R."""

from __future__ import annotations

from collections.abc import Iterator

from gsynth.plugins import Serializer, SerializerPlugin, hookimpl
from gsynth_gsm.signature import FILES, is_gsm_folder, is_gsm_zip


def _load_folder() -> Serializer:
    from gsynth_gsm.serializer import GsmFolder

    return GsmFolder()


def _load_zip() -> Serializer:
    from gsynth_gsm.serializer import GsmZip

    return GsmZip()


def _load_for_r() -> Serializer:
    from gsynth_gsm.serializer import GsmForR

    return GsmForR()


@hookimpl
def gsynth_serializers() -> Iterator[SerializerPlugin]:
    """Yield the folder, the zip, and the writer for R."""
    yield SerializerPlugin(
        name="gsm",
        load=_load_folder,
        sniff=is_gsm_folder,
        suffixes=(".gsm",),
        files=FILES,
        # Above the zip and the folder for R, which have its suffix or its content: an open choice is the plain folder.
        priority=100,
        summary="folder of metadata.yaml and flat arrays; also reads those of pymisha and R misha",
    )
    yield SerializerPlugin(
        name="gsm-zip",
        load=_load_zip,
        sniff=is_gsm_zip,
        suffixes=(".gsm", ".zip"),
        priority=90,
        compressed=True,
        summary="the same files in a zip",
    )
    yield SerializerPlugin(
        name="gsm-r",
        load=_load_for_r,
        sniff=is_gsm_folder,
        suffixes=(".gsm",),
        files=FILES,
        priority=80,
        on_request=True,
        summary="the folder as R misha reads it (bin_map from 1)",
    )

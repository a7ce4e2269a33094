"""Which convolutions to put into 8 bits: some sets of them, to be timed and judged.

Convolutions before the first instance norm stay in float32: the norm raises what is
faint in them, and the steps of 8 bits with it, until a clear sky falls into patches.

Of those behind it, the coarse maps gain most. They have many channels, so there is much
to multiply for each byte that is converted; near the full size, converting costs more
than the convolution saves, unless all of the way down to the pastiche is in bytes. And
1x1 convolutions are hardly more than conversions. The last convolution is the one whose
rounded weights people can see, as a grid of 2 px. Where the border is best depends on
the network and the processor, so several sets are tried.
"""

from __future__ import annotations

from collections.abc import Mapping

from training.variants.calibration import Span
from training.variants.graph import Graph


def candidates(graph: Graph, spans: Mapping[str, Span]) -> dict[str, set[str]]:
    """Sets of convolutions, named by the maps that they give.

    Args:
        graph: of a painter in float32.
        spans: of its feature maps.

    Returns:
        By words that say which they are: from the coarsest maps alone to all sizes,
        with and without 1x1 convolutions. Empty if there is no convolution to take.
    """
    norms = [n for n in graph.nodes if n.op_type == "InstanceNormalization"]
    behind = graph.behind(name for norm in norms for name in norm.output)
    convs = {
        node.output[0]: graph.constants[node.input[1]].shape[2:]
        for node in graph.nodes
        if graph.is_plain_conv(node)
        and {node.input[0], node.output[0]} <= spans.keys()
        and (node.output[0] in behind or not norms)
    }
    wide = {name for name in convs if max(convs[name]) > 1}
    last = {name for name in convs if not graph.behind([name]) & convs.keys()}
    found: dict[str, set[str]] = {}
    for stride in sorted({spans[name].stride for name in convs}, reverse=True):
        coarse = {name for name in convs if spans[name].stride >= stride}
        for words, chosen in (
            ("", coarse),
            (" without 1x1", coarse & wide),
            (" without 1x1 and the last", coarse & wide - last),
        ):
            if chosen and chosen not in found.values():
                found[f"down to 1/{stride}{words}"] = chosen
    return found

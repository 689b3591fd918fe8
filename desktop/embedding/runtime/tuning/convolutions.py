"""CLIP's residual networks without their batch norms.

In evaluation a batch norm is a scale and a shift a channel, which the convolution before it can
apply itself: exact but for rounding, and a pass over the memory less.
"""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

from itertools import pairwise

from open_clip.modified_resnet import ModifiedResNet
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval


def fold_batch_norms(network: nn.Module) -> None:
    """Move every batch norm of a ``ModifiedResNet`` in ``network`` into the convolution before it.

    Other networks are left alone: only there is a norm known to follow the convolution that is
    defined right before it.
    """
    for tower in [part for part in network.modules() if isinstance(part, ModifiedResNet)]:
        for parent in tower.modules():
            for (conv_name, conv), (norm_name, norm) in pairwise(list(parent.named_children())):
                if isinstance(conv, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d):
                    setattr(parent, conv_name, fuse_conv_bn_eval(conv, norm))
                    setattr(parent, norm_name, nn.Identity())

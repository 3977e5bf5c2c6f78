"""The network `bone-net`: a U-Net that thinks and draws at a quarter of the picture's resolution."""
import torch
from torch import nn
from torch.nn import functional as F

# Sides of its input are multiples of this.
MULTIPLE_OF = 32
# Channels at strides 2, 4, 8, 16 and 32 on the way down. ONNX Runtime works on 16 channels at a time: 12 or 44 cost as much
# as 16 or 48, and the repacking doubles the time.
DOWN = (16, 32, 64, 96, 128)
# Channels at strides 16, 8 and 4 on the way up. Most of the time goes at stride 4, where most places are: few channels there
# cost 0.002 of Dice on 600 pictures and take a third off the whole (README.md).
UP = (64, 64, 32)
# Pixels along each side of the square drawn from one place at a quarter of the resolution.
DRAWN = 4


def normal(inputs, outputs, stride=1):
    """3 x 3 across all channels."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


def mix(inputs, outputs):
    """1 x 1 across the channels."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs))


def separable(inputs, outputs, stride=1):
    """3 x 3 within each channel, then 1 x 1 across them."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs),
        mix(inputs, outputs),
        nn.ReLU(inplace=True),
    )


class Rise(nn.Module):
    """To twice the resolution: `coarse` enlarged, plus what was seen there on the way down, refined."""

    def __init__(self, coarse, fine, outputs):
        super().__init__()
        # Mixed before it is enlarged, at a quarter of the places; added, not joined: the sum is part of a convolution.
        self.coarse = mix(coarse, outputs)
        self.fine = mix(fine, outputs)
        self.refine = nn.Sequential(separable(outputs, outputs), separable(outputs, outputs))

    def forward(self, coarse, fine):
        larger = F.interpolate(self.coarse(coarse), scale_factor=2.0, mode='bilinear', align_corners=False)
        return self.refine(F.relu(self.fine(fine) + larger))


class BoneNet(nn.Module):
    """[N, 1, H, W] gray 0..1 -> [N, 1, H, W] logits of bone; H and W multiples of MULTIPLE_OF."""

    def __init__(self, down=DOWN, up=UP):
        super().__init__()
        half, quarter, eighth, sixteenth, least = down
        self.stem = normal(1, half, 2)
        self.down = nn.ModuleList([
            # Where in its 4 x 4 pixels an echo lies must not be lost here: the edge of the mask is drawn from it.
            nn.Sequential(normal(half, quarter, 2), separable(quarter, quarter)),
            nn.Sequential(separable(quarter, eighth, 2), separable(eighth, eighth)),
            nn.Sequential(separable(eighth, sixteenth, 2), separable(sixteenth, sixteenth)),
            nn.Sequential(separable(sixteenth, least, 2), separable(least, least), separable(least, least)),
        ])
        self.up = nn.ModuleList([
            Rise(least, sixteenth, up[0]),
            Rise(up[0], eighth, up[1]),
            Rise(up[1], quarter, up[2]),
        ])
        self.draw = nn.Conv2d(up[2], DRAWN * DRAWN, 1)

    def forward(self, picture):
        x = self.stem(picture)
        levels = []
        for down in self.down:
            x = down(x)
            levels.append(x)
        x = levels.pop()
        for up in self.up:
            x = up(x, levels.pop())
        return F.pixel_shuffle(self.draw(x), DRAWN)

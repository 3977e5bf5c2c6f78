"""The network `bone-net`: a U-Net that thinks and draws at a quarter of the picture's resolution."""
import torch
from torch import nn
from torch.nn import functional as F

# Sides of its input are multiples of this.
MULTIPLE_OF = 32
# Channels at strides 2, 4, 8, 16 and 32. ONNX Runtime works on 16 channels at a time: 12 or 44 cost as much as 16 or 48,
# and the repacking doubles the time.
CHANNELS = (16, 48, 64, 96, 128)
# Pixels along each side of the square drawn from one place at a quarter of the resolution.
DRAWN = 4


def normal(inputs, outputs, stride=1):
    """3 x 3 across all channels."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


def separable(inputs, outputs, stride=1):
    """3 x 3 within each channel, then 1 x 1 across them."""
    return nn.Sequential(
        nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False),
        nn.BatchNorm2d(inputs),
        nn.Conv2d(inputs, outputs, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class BoneNet(nn.Module):
    """[N, 1, H, W] gray 0..1 -> [N, 1, H, W] logits of bone; H and W multiples of MULTIPLE_OF."""

    def __init__(self, channels=CHANNELS):
        super().__init__()
        half, quarter, eighth, sixteenth, least = channels
        self.stem = normal(1, half, 2)
        self.down = nn.ModuleList([
            # Where in its 4 x 4 pixels an echo lies must not be lost here: the edge of the mask is drawn from it.
            nn.Sequential(normal(half, quarter, 2), separable(quarter, quarter)),
            nn.Sequential(separable(quarter, eighth, 2), separable(eighth, eighth)),
            nn.Sequential(separable(eighth, sixteenth, 2), separable(sixteenth, sixteenth)),
            nn.Sequential(separable(sixteenth, least, 2), separable(least, least), separable(least, least)),
        ])
        self.up = nn.ModuleList([
            nn.Sequential(separable(least + sixteenth, 64), separable(64, 64)),
            nn.Sequential(separable(64 + eighth, 64), separable(64, 64)),
            nn.Sequential(separable(64 + quarter, 48), separable(48, 48)),
        ])
        self.draw = nn.Conv2d(48, DRAWN * DRAWN, 1)

    def forward(self, picture):
        x = self.stem(picture)
        levels = []
        for down in self.down:
            x = down(x)
            levels.append(x)
        x = levels.pop()
        for up in self.up:
            x = F.interpolate(x, scale_factor=2.0, mode='bilinear', align_corners=False)
            x = up(torch.cat([x, levels.pop()], 1))
        return F.pixel_shuffle(self.draw(x), DRAWN)

"""The network `bone-net`: a depthwise U-Net that thinks at a quarter of the picture's resolution and draws at a half."""
import torch
from torch import nn
from torch.nn import functional as F

# Sides of its input are multiples of this.
MULTIPLE_OF = 32
# Channels at strides 2, 4, 8, 16 and 32.
CHANNELS = (12, 32, 64, 96, 128)


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
        self.stem = nn.Sequential(
            nn.Conv2d(1, half, 3, 2, 1, bias=False), nn.BatchNorm2d(half), nn.ReLU(inplace=True))
        self.down = nn.ModuleList([
            nn.Sequential(separable(half, quarter, 2), separable(quarter, quarter)),
            nn.Sequential(separable(quarter, eighth, 2), separable(eighth, eighth)),
            nn.Sequential(separable(eighth, sixteenth, 2), separable(sixteenth, sixteenth)),
            nn.Sequential(separable(sixteenth, least, 2), separable(least, least), separable(least, least)),
        ])
        self.up = nn.ModuleList([
            nn.Sequential(separable(least + sixteenth, 64), separable(64, 64)),
            nn.Sequential(separable(64 + eighth, 48), separable(48, 48)),
            nn.Sequential(separable(48 + quarter, 32), separable(32, 32)),
            separable(32 + half, 24),
        ])
        self.draw = nn.Conv2d(24, 4, 1)

    def forward(self, picture):
        levels = [self.stem(picture)]
        for down in self.down:
            levels.append(down(levels[-1]))
        x = levels.pop()
        for up in self.up:
            x = F.interpolate(x, scale_factor=2.0, mode='bilinear', align_corners=False)
            x = up(torch.cat([x, levels.pop()], 1))
        # Four neighbouring pixels are drawn from one place at half the resolution.
        return F.pixel_shuffle(self.draw(x), 2)

"""Building blocks both nets share. Convolutions and ReLU only: every execution provider runs them alike."""
import torch
from torch import Tensor, nn
from torch.nn import functional as F


def conv(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """Convolution, normalisation, ReLU. The exporter folds the normalisation into the weights."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def separable(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    """A 3 x 3 filter per channel, then a mix of the channels: a ninth of a full convolution's work."""
    return nn.Sequential(nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False), conv(inputs, outputs, 1))


class Residual(nn.Module):
    """Two separable steps on top of what was there."""

    def __init__(self, channels: int):
        super().__init__()
        self.steps = nn.Sequential(separable(channels, channels), separable(channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.steps(x)


class Context(nn.Module):
    """Adds what the whole picture looks like to every place: gain and contrast are properties of the whole."""

    def __init__(self, channels: int):
        super().__init__()
        self.mix = nn.Sequential(nn.Conv2d(channels, channels, 1), nn.ReLU(inplace=True), nn.Conv2d(channels, channels, 1))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.mix(x.mean((2, 3), keepdim=True)))


def doubled(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode='bilinear', align_corners=False)


def green(images: Tensor) -> Tensor:
    """One of three channels: ultrasound is gray and says the same in each. Green carries most light where it does not."""
    return images[:, 1:2]


def unshuffled(x: Tensor, factor: int) -> Tensor:
    """`F.pixel_unshuffle`, which the exporter turns into a slow transposition, as a convolution that picks pixels."""
    channels = x.shape[1]
    kernel = torch.eye(factor**2).view(factor**2, 1, factor, factor).repeat(channels, 1, 1, 1)
    return F.conv2d(x, kernel, stride=factor, groups=channels)


def shuffled(x: Tensor, factor: int) -> Tensor:
    """`F.pixel_shuffle` to one channel as two transpositions of one axis each: a third of the time of the general one."""
    n, _, height, width = x.shape
    rows = x.reshape(n, factor, factor, height * width).transpose(2, 3).reshape(n, factor, height, width * factor)
    return rows.transpose(1, 2).reshape(n, 1, height * factor, width * factor)

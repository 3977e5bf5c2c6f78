"""Second stage, as it learns. The encoder looks at the frame once, the decoder draws what a prompt asks for."""
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .layers import Context, Residual, conv, doubled, separable, unshuffled

# Channels of what the encoder sees: at an eighth of SAM's frame of coordinates, of the picture itself there (four of its
# values, as it is at a quarter), and at a sixteenth.
FINE, PICTURE, COARSE = 8, 4, 80
# What is sharp, [N, FINE + PICTURE, H/2, W/2], and what is coarse, [N, COARSE, H/4, W/4].
Seen = tuple[Tensor, Tensor]
# Channels the decoder works with, at a sixteenth and at an eighth.
WIDTH = 32
NARROW = 12
PROMPT_MAPS = 8
# How far from a point its map reaches, in low-resolution pixels.
POINT_REACH = 6.0


class BoneEncoder(nn.Module):
    """Gray [N, 1, H, W] in 0..1, at the masks' size -> what is seen of it."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = conv(1, 16, 3, 2)
        self.down4 = nn.Sequential(separable(16, 48, 2), Residual(48))
        self.down8 = nn.Sequential(separable(48, 96, 2), Residual(96))
        self.down16 = nn.Sequential(separable(96, 128, 2), Residual(128))
        self.down32 = nn.Sequential(separable(128, 128, 2), Residual(128), Context(128))
        self.up16 = nn.Sequential(separable(256, 128), Residual(128))
        self.up8 = nn.Sequential(separable(128 + 96, 96), Residual(96))
        self.up4 = nn.Sequential(separable(96 + 48, 48), Residual(48))
        self.coarse = conv(48, COARSE, 1)
        self.narrow = nn.Conv2d(48, 16, 1)
        self.fine = separable(16 + 16, FINE)

    def forward(self, gray: Tensor) -> Seen:
        at2 = self.stem(gray)
        at4 = self.down4(at2)
        at8 = self.down8(at4)
        at16 = self.down16(at8)
        x = self.up16(torch.cat([doubled(self.down32(at16)), at16], 1))
        x = self.up8(torch.cat([doubled(x), at8], 1))
        x = self.up4(torch.cat([doubled(x), at4], 1))
        fine = self.fine(torch.cat([doubled(self.narrow(x)), at2], 1))
        return torch.cat([fine, unshuffled(gray, 2)], 1), self.coarse(x)


class Prompt:
    """Points and their labels, in pixels of the low-resolution masks: 2 and 3 a box's corners, 1 in, 0 out, -1 nothing."""

    def __init__(self, points: Tensor, labels: Tensor):
        """`points` [N, P, 2] (x, y), `labels` [N, P]."""
        self.points = points
        self.labels = labels

    def _corner(self, label: int) -> tuple[Tensor, Tensor]:
        """The point with that label [N, 2], and [N, 1] whether there is one."""
        of_label = (self.labels == label).to(self.points.dtype).unsqueeze(-1)
        return (self.points * of_label).sum(1), of_label.sum(1).clamp(max=1)

    def box(self, height: int, width: int) -> Tensor:
        """[N, 4]; without corners the whole picture."""
        first, has_first = self._corner(2)
        last, has_last = self._corner(3)
        whole = torch.cat([torch.ones_like(has_last) * width, torch.ones_like(has_last) * height], 1)
        return torch.cat([first * has_first, last * has_last + whole * (1 - has_last)], 1)

    def maps(self, height: int, width: int) -> tuple[Tensor, Tensor]:
        """The prompt as pictures [N, 7, height/4, width/4], and how far outside the box a place is, in pixels [N, 1, ..]."""
        x = (torch.arange(width // 4, device=self.points.device, dtype=torch.float32) * 4 + 2).view(1, 1, 1, -1)
        y = (torch.arange(height // 4, device=self.points.device, dtype=torch.float32) * 4 + 2).view(1, 1, -1, 1)
        x0, y0, x1, y1 = (v.view(-1, 1, 1, 1) for v in self.box(height, width).unbind(1))
        across, along = x + 0 * y, y + 0 * x
        # Distance inside each side, told apart best close to it.
        inside = [torch.tanh(d / 8) for d in (across - x0, x1 - across, along - y0, y1 - along)]
        outside = torch.relu(torch.maximum(torch.maximum(x0 - across, across - x1), torch.maximum(y0 - along, along - y1)))
        px, py = (self.points[..., i].unsqueeze(-1).unsqueeze(-1) for i in (0, 1))
        near = torch.exp(-((x[0] - px) ** 2 + (y[0] - py) ** 2) / (2 * POINT_REACH**2))
        blobs = [
            (near * (self.labels == label).to(near.dtype).unsqueeze(-1).unsqueeze(-1)).sum(1, keepdim=True)
            for label in (1, 0)
        ]
        within = (outside == 0).to(outside.dtype)
        return torch.cat([*inside, within, *blobs], 1), outside


class BoneDecoder(nn.Module):
    """What is seen, prompt and previous mask -> mask logits [N, 1, H, W], predicted overlap [N, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Conv2d(COARSE, WIDTH, 1)
        self.prompt = nn.Conv2d(PROMPT_MAPS, WIDTH, 1)
        # What the prompted region looks like as a whole decides what is drawn everywhere in it.
        self.region = nn.Sequential(nn.Linear(2 * WIDTH, 48), nn.ReLU(inplace=True), nn.Linear(48, 2 * WIDTH))
        self.asked = Residual(WIDTH)
        self.narrow = nn.Conv2d(WIDTH, NARROW, 1)
        self.drawing = nn.Sequential(separable(NARROW + FINE + PICTURE, 16), nn.Conv2d(16, 4, 3, padding=1))
        self.overlap = nn.Sequential(nn.Linear(WIDTH, 32), nn.ReLU(inplace=True), nn.Linear(32, 1))
        # Logits fall off outside the box, as fast as training finds right. Slowly at first: detectors miss flanks.
        self.fall = nn.Parameter(torch.tensor(-3.0))

    def forward(self, seen: Seen, prompt: Prompt, previous: Tensor, has_previous: Tensor) -> tuple[Tensor, Tensor]:
        """`previous` [N, 1, H, W] logits, `has_previous` [N] 0 or 1."""
        sharp, coarse = seen
        return self.answer(sharp, self.features(coarse), prompt, previous, has_previous)

    def answer(
        self, sharp: Tensor, features: Tensor, prompt: Prompt, previous: Tensor, has_previous: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What is left to do for each prompt; `features` [N, WIDTH, H/4, W/4] are of what is coarse."""
        height, width = previous.shape[2:]
        maps, outside = prompt.maps(height, width)
        before = F.avg_pool2d(torch.sigmoid(previous) * 2 - 1, 4) * has_previous.view(-1, 1, 1, 1)
        x = F.relu(features + self.prompt(torch.cat([maps, before], 1)))
        wanted = self.region(self._summary(x, maps[:, 4:5])).unsqueeze(-1).unsqueeze(-1)
        x = self.asked(x * (1 + wanted[:, :WIDTH]) + wanted[:, WIDTH:])
        logits = self.drawn(x, sharp, doubled(outside) * F.softplus(self.fall))
        cover = torch.sigmoid(F.avg_pool2d(logits, 4))
        overlap = self.overlap((x * cover).sum((2, 3)) / (cover.sum((2, 3)) + 1))
        return logits, torch.sigmoid(overlap)

    def drawn(self, x: Tensor, sharp: Tensor, loss: Tensor) -> Tensor:
        """Logits [N, 1, H, W] from features [N, WIDTH, H/4, W/4]: four for each place of `sharp`, less the `loss` there."""
        return F.pixel_shuffle(self.drawing(torch.cat([doubled(self.narrow(x)), sharp], 1)) - loss, 2)

    @staticmethod
    def _summary(x: Tensor, within: Tensor) -> Tensor:
        inside = (x * within).sum((2, 3)) / (within.sum((2, 3)) + 1)
        return torch.cat([inside, x.mean((2, 3))], 1)

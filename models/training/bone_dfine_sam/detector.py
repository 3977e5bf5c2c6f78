"""First stage: one box per bone, with D-FINE's official export signature.

Every cell of a 40 x 40 grid says how likely it lies on the middle of a bone's surface, and how far away that bone's four
sides are. A cell is a detection when no cell near it is likelier, so no box needs to be suppressed afterwards.
"""
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .layers import Context, Residual, doubled, green, separable
from .pictures import Bone, View, bones_in

# The picture's sides, as D-FINE has them, and as this net looks at them.
INPUT_SIDE = 640
WORKING_SIDE = 320
GRID = 40
# Rows of the answer, as D-FINE has them.
DETECTIONS = 300
# Cells to either side among which a detection must be the likeliest.
PEAK_REACH = 2
# A net that has seen nothing yet calls a cell likely that often: without it the empty cells drown everything at first.
PRIOR_LOGIT = -4.0


class BoneDetector(nn.Module):
    """[N, 1, 320, 320] gray in 0..1 -> heat and surface logits [N, 2, 40, 40], distances [N, 4, 40, 40].

    Heat: the middle of a bone's surface is here. Surface: any part of a bone is here; it helps to learn and is not
    exported. Distances: to the bone's left, top, right and bottom as shares of the picture's width and height.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(1, 16, 4, 4), nn.ReLU(inplace=True))
        self.down40 = nn.Sequential(separable(16, 64, 2), Residual(64))
        self.down20 = nn.Sequential(separable(64, 96, 2), Residual(96))
        self.down10 = nn.Sequential(separable(96, 128, 2), Residual(128))
        self.down5 = nn.Sequential(separable(128, 128, 2), Residual(128), Context(128))
        self.up10 = nn.Sequential(separable(256, 128), Residual(128))
        self.up20 = nn.Sequential(separable(128 + 96, 96), Residual(96))
        self.up40 = nn.Sequential(separable(96 + 64, 64), separable(64, 64))
        self.heat = nn.Sequential(separable(64, 64), nn.Conv2d(64, 2, 1))
        self.sides = nn.Sequential(separable(64, 64), nn.Conv2d(64, 4, 1))
        nn.init.constant_(self.heat[-1].bias, PRIOR_LOGIT)

    def forward(self, gray: Tensor) -> tuple[Tensor, Tensor]:
        return self.of_stem(self.stem(gray))

    def of_stem(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """From what the first layer gives, [N, 16, 80, 80]."""
        at40 = self.down40(x)
        at20 = self.down20(at40)
        at10 = self.down10(at20)
        x = self.up10(torch.cat([doubled(self.down5(at10)), at10], 1))
        x = self.up20(torch.cat([doubled(x), at20], 1))
        x = self.up40(torch.cat([doubled(x), at40], 1))
        return self.heat(x), F.softplus(self.sides(x)) / 8


def cell_centres(device: torch.device | None = None) -> tuple[Tensor, Tensor]:
    """x and y of every cell's middle as shares of the picture, each [40, 40]."""
    line = (torch.arange(GRID, device=device, dtype=torch.float32) + 0.5) / GRID
    y, x = torch.meshgrid(line, line, indexing='ij')
    return x, y


def boxes_of(sides: Tensor) -> Tensor:
    """Distances [N, 4, 40, 40] -> corners x0, y0, x1, y1 as shares of the picture, same shape."""
    x, y = cell_centres(sides.device)
    left, top, right, bottom = sides.unbind(1)
    return torch.stack([x - left, y - top, x + right, y + bottom], 1)


class Targets:
    """What the cells should have said about views whose bones are known."""

    def __init__(self, views: list[View]):
        n = len(views)
        self.heat = torch.zeros(n, 1, GRID, GRID)
        self.surface = torch.zeros(n, 1, GRID, GRID)
        self.box = torch.zeros(n, 4, GRID, GRID)
        for i, shown in enumerate(views):
            for bone in bones_in(shown):
                self._add(i, bone)

    def _add(self, i: int, bone: Bone) -> None:
        touched = F.adaptive_max_pool2d(bone.cover[None], GRID)[0] > 0.3
        x0, y0, x1, y1 = bone.box
        # Where exactly the middle of a wide bone is nobody can say, so its neighbours are less wrong than a small one's.
        spread = max(0.8 / GRID, 0.12 * (x1 - x0))
        x, _ = cell_centres()
        closeness = torch.exp(-0.5 * ((x - (x0 + x1) / 2) / spread) ** 2) * touched
        closeness[closeness == closeness.max()] = 1.0
        # A cell above and below the surface is not all wrong either.
        beside = 0.6 * F.max_pool2d(closeness[None], (3, 1), 1, (1, 0))[0]
        closeness = torch.maximum(closeness, beside)
        mine = (closeness > self.heat[i, 0]) | (touched & (self.surface[i, 0] == 0))
        self.heat[i, 0] = torch.maximum(self.heat[i, 0], closeness)
        self.surface[i, 0][touched] = 1.0
        self.box[i][:, mine] = torch.tensor(bone.box)[:, None]


def loss(logits: Tensor, sides: Tensor, targets: Targets) -> Tensor:
    """Focal loss of the heat (CenterNet's), of the surface, and of the boxes as every cell on a bone sees them."""
    p = torch.sigmoid(logits[:, :1]).clamp(1e-5, 1 - 1e-5)
    peak = targets.heat > 0.999
    hit = -((1 - p) ** 2 * p.log())[peak].sum()
    miss = -((1 - targets.heat) ** 4 * p**2 * (1 - p).log())[~peak].sum()
    surface = F.binary_cross_entropy_with_logits(logits[:, 1:], targets.surface)
    weight = torch.maximum(targets.heat, 0.2 * targets.surface)[:, 0]
    found = boxes_of(sides)
    wrong = 1 - generalised_overlap(found, targets.box) + 4 * (found - targets.box).abs().sum(1)
    box = (weight * wrong).sum() / weight.sum().clamp(min=1)
    return (hit + miss) / peak.sum().clamp(min=1) + 5 * surface + 2 * box


def generalised_overlap(a: Tensor, b: Tensor) -> Tensor:
    """Intersection over union less the share of the common hull that neither covers; boxes along axis 1."""
    ax0, ay0, ax1, ay1 = a.unbind(1)
    bx0, by0, bx1, by1 = b.unbind(1)
    width = (torch.minimum(ax1, bx1) - torch.maximum(ax0, bx0)).clamp(min=0)
    height = (torch.minimum(ay1, by1) - torch.maximum(ay0, by0)).clamp(min=0)
    common = width * height
    union = (ax1 - ax0) * (ay1 - ay0) + (bx1 - bx0) * (by1 - by0) - common
    hull = (torch.maximum(ax1, bx1) - torch.minimum(ax0, bx0)) * (torch.maximum(ay1, by1) - torch.minimum(ay0, by0))
    return common / (union + 1e-6) - (hull - union) / (hull + 1e-6)


class DFineExport(nn.Module):
    """The detector behind D-FINE's official signature.

    images [N, 3, 640, 640], orig_target_sizes int64 [N, 2] = width, height
      -> labels int64 [N, 300], boxes [N, 300, 4] in pixels of that size, scores [N, 300] from the highest down.
    """

    def __init__(self, net: BoneDetector):
        super().__init__()
        self.net = net
        # The net's first layer on means of 2 x 2 pixels is one convolution with larger squares: one pass over the picture.
        first, pixels = net.stem[0], INPUT_SIDE // WORKING_SIDE
        side = first.kernel_size[0] * pixels
        self.stem = nn.Sequential(nn.Conv2d(1, first.out_channels, side, side), nn.ReLU(inplace=True))
        with torch.no_grad():
            larger = first.weight.repeat_interleave(pixels, 2).repeat_interleave(pixels, 3)
            self.stem[0].weight.copy_(larger / pixels**2)
            self.stem[0].bias.copy_(first.bias)

    def forward(self, images: Tensor, orig_target_sizes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        logits, sides = self.net.of_stem(self.stem(green(images)))
        likely = torch.sigmoid(logits[:, :1])
        peak = likely >= F.max_pool2d(likely, 2 * PEAK_REACH + 1, 1, PEAK_REACH)
        scores, cells = torch.topk((likely * peak).flatten(1), DETECTIONS)
        corners = boxes_of(sides).flatten(2).transpose(1, 2)
        corners = corners.gather(1, cells.unsqueeze(-1).expand(-1, -1, 4))
        boxes = corners * orig_target_sizes.repeat(1, 2).unsqueeze(1).to(corners.dtype)
        # One class, so every label is 0; taken from the cells so that it has the batch's size.
        return cells * 0, boxes, scores

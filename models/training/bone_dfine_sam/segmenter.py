"""Second stage: MobileSAM's two files. The encoder looks at the frame once, the decoder draws what a prompt asks for."""
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .layers import Context, Residual, conv, doubled, mean_gray, separable, unshuffled

# SAM's frame of coordinates, its low-resolution masks and its embedding.
INPUT_SIDE = 1024
MASK_SIDE = 256
EMBEDDING_CHANNELS = 256
# SAM's normalisation of red, green and blue on 0..255.
MEAN = (123.675, 116.28, 103.53)
DEVIATION = (58.395, 57.12, 57.375)
# What the embedding carries: the picture itself at a quarter of the frame of coordinates (16 values per place of the
# embedding), features at an eighth (4 values each) and at a sixteenth. The signature has room for twice as many.
PICTURE, FINE, COARSE = 16, 8, 80
UNUSED = EMBEDDING_CHANNELS - PICTURE - 4 * FINE - COARSE
# Channels the decoder works with, at a sixteenth and at an eighth.
WIDTH = 32
NARROW = 12
PROMPT_MAPS = 8
# How far from a point its map reaches, in low-resolution pixels.
POINT_REACH = 6.0


class BoneEncoder(nn.Module):
    """Gray [N, 1, H, W] in 0..1 at the low-resolution masks' size -> embedding [N, 256, H/4, W/4]."""

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

    def forward(self, gray: Tensor) -> Tensor:
        at2 = self.stem(gray)
        at4 = self.down4(at2)
        at8 = self.down8(at4)
        at16 = self.down16(at8)
        x = self.up16(torch.cat([doubled(self.down32(at16)), at16], 1))
        x = self.up8(torch.cat([doubled(x), at8], 1))
        x = self.up4(torch.cat([doubled(x), at4], 1))
        fine = self.fine(torch.cat([doubled(self.narrow(x)), at2], 1))
        embedding = torch.cat([unshuffled(unshuffled(gray, 2), 2), unshuffled(fine, 2), self.coarse(x)], 1)
        return F.pad(embedding, (0, 0, 0, 0, 0, UNUSED))


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
    """Embedding, prompt and previous mask -> mask logits [N, 1, H, W] at low resolution, predicted overlap [N, 1]."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Conv2d(COARSE, WIDTH, 1)
        self.prompt = nn.Conv2d(PROMPT_MAPS, WIDTH, 1)
        # What the prompted region looks like as a whole decides what is drawn everywhere in it.
        self.region = nn.Sequential(nn.Linear(2 * WIDTH, 48), nn.ReLU(inplace=True), nn.Linear(48, 2 * WIDTH))
        self.asked = Residual(WIDTH)
        self.narrow = nn.Conv2d(WIDTH, NARROW, 1)
        self.drawing = nn.Sequential(separable(NARROW + FINE + 4, 16), nn.Conv2d(16, 4, 3, padding=1))
        self.overlap = nn.Sequential(nn.Linear(WIDTH, 32), nn.ReLU(inplace=True), nn.Linear(32, 1))
        # Logits fall off outside the box, as fast as training finds right. Slowly at first: detectors miss flanks.
        self.fall = nn.Parameter(torch.tensor(-3.0))

    def forward(self, embedding: Tensor, prompt: Prompt, previous: Tensor, has_previous: Tensor) -> tuple[Tensor, Tensor]:
        """`previous` [N, 1, H, W] logits, `has_previous` [N] 0 or 1."""
        picture, fine = embedding[:, :PICTURE], embedding[:, PICTURE : PICTURE + 4 * FINE]
        coarse = embedding[:, PICTURE + 4 * FINE : PICTURE + 4 * FINE + COARSE]
        height, width = 4 * embedding.shape[2], 4 * embedding.shape[3]
        maps, outside = prompt.maps(height, width)
        before = F.avg_pool2d(torch.sigmoid(previous) * 2 - 1, 4) * has_previous.view(-1, 1, 1, 1)
        x = F.relu(self.features(coarse) + self.prompt(torch.cat([maps, before], 1)))
        scale, shift = self.region(self._summary(x, maps[:, 4:5])).unsqueeze(-1).unsqueeze(-1).chunk(2, 1)
        x = self.asked(x * (1 + scale) + shift)
        # Four logits per place at an eighth are one per pixel at a quarter; so is the picture, the other way round.
        sharp = torch.cat([doubled(self.narrow(x)), F.pixel_shuffle(fine, 2), F.pixel_shuffle(picture, 2)], 1)
        logits = self.drawing(sharp) - doubled(outside) * F.softplus(self.fall)
        drawn = torch.sigmoid(F.avg_pool2d(logits.mean(1, keepdim=True), 2))
        overlap = self.overlap((x * drawn).sum((2, 3)) / (drawn.sum((2, 3)) + 1))
        return F.pixel_shuffle(logits, 2), torch.sigmoid(overlap)

    @staticmethod
    def _summary(x: Tensor, within: Tensor) -> Tensor:
        inside = (x * within).sum((2, 3)) / (within.sum((2, 3)) + 1)
        return torch.cat([inside, x.mean((2, 3))], 1)


class EncoderExport(nn.Module):
    """MobileSAM's encoder signature: [1, 3, 1024, 1024] normalised as SAM does -> image_embeddings [1, 256, 64, 64]."""

    def __init__(self, net: BoneEncoder):
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> Tensor:
        # The normalisation is undone on the way to gray.
        weights = tuple(deviation / (3 * 255) for deviation in DEVIATION)
        return self.net(mean_gray(image, weights, sum(MEAN) / (3 * 255), INPUT_SIDE // MASK_SIDE))


class DecoderExport(nn.Module):
    """MobileSAM's decoder signature with one mask per prompt. Coordinates come in SAM's frame of 1024."""

    def __init__(self, net: BoneDecoder):
        super().__init__()
        self.net = net

    def forward(
        self,
        image_embeddings: Tensor,
        point_coords: Tensor,
        point_labels: Tensor,
        mask_input: Tensor,
        has_mask_input: Tensor,
        orig_im_size: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        prompt = Prompt((point_coords + 0.5) * (MASK_SIDE / INPUT_SIDE), point_labels)
        low, overlap = self.net(image_embeddings, prompt, mask_input, has_mask_input)
        return self._at_original_size(low, orig_im_size), overlap, low

    @staticmethod
    def _at_original_size(low: Tensor, size: Tensor) -> Tensor:
        """Where SAM goes up to 1024 x 1024, cuts the padding off and comes down to the frame's [H, W], here in one step."""
        kept = torch.floor(size * (INPUT_SIDE / size.max()) + 0.5) * (MASK_SIDE / INPUT_SIDE)
        return bilinear_rows(size[0], kept[0]) @ low @ bilinear_rows(size[1], kept[1]).transpose(0, 1)


def bilinear_rows(length: Tensor, kept: Tensor) -> Tensor:
    """[length, 256]: what each of `length` pixels takes of the first `kept` low-resolution ones, ends held."""
    at = (torch.arange(length.to(torch.int64), dtype=torch.float32) + 0.5) * (kept / length) - 0.5
    at = torch.minimum(torch.maximum(at, torch.zeros(1)), kept - 1).unsqueeze(1)
    return torch.relu(1 - (at - torch.arange(MASK_SIDE, dtype=torch.float32)).abs())

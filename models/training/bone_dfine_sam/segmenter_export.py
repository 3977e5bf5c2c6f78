"""The second stage as MobileSAM's two files, laid out for ONNX Runtime. Results are the trained nets' but for rounding.

ONNX Runtime works on 16 channels at a time and is slow where numbers are put in another order, so
  - parts of other widths are widened to 16 channels that say nothing,
  - what is finer than the embedding's places lies in it as it is worked with, not in the order of its places,
  - what the decoder does the same way for every prompt is done in the encoder.
"""
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .layers import doubled, green, separable, shuffled
from .segmenter import FINE, NARROW, PICTURE, WIDTH, BoneDecoder, BoneEncoder, Prompt

# SAM's frame of coordinates, its low-resolution masks and its embedding.
INPUT_SIDE = 1024
MASK_SIDE = 256
EMBEDDING_CHANNELS, EMBEDDING_SIDE = 256, 64
# SAM's normalisation of green on 0..255.
MEAN = 116.28
DEVIATION = 57.12
# Channels ONNX Runtime works on at a time.
BLOCK = 16
# Channels of the embedding: one block at twice its resolution, then the decoder's features. It has room for more.
SHARP = 4 * BLOCK
UNUSED = EMBEDDING_CHANNELS - SHARP - WIDTH
# Logits may differ by that much between two ways to add the same products; masks are cut between -1 and 1.
ROUNDING = 1e-3
# Zeros are written as copies of a piece this large: one constant of all of them would be the larger part of the file.
PIECE = 8


class EncoderExport(nn.Module):
    """MobileSAM's encoder signature: [1, 3, 1024, 1024] normalised as SAM does -> image_embeddings [1, 256, 64, 64]."""

    def __init__(self, net: BoneEncoder, decoder: BoneDecoder):
        super().__init__()
        self.net = net
        self.features = decoder.features
        self.register_buffer('nothing', torch.zeros(1, PIECE, EMBEDDING_SIDE, EMBEDDING_SIDE))

    def forward(self, image: Tensor) -> Tensor:
        # Means of squares of pixels, and the normalisation undone on the way, in one pass over the largest tensor there is.
        pixels = INPUT_SIDE // MASK_SIDE
        kernel = torch.full((1, 1, pixels, pixels), DEVIATION / 255 / pixels**2)
        gray = F.conv2d(green(image), kernel, torch.tensor([MEAN / 255]), stride=pixels)
        sharp, coarse = self.net(gray)
        carried = sharp.reshape(1, -1, EMBEDDING_SIDE, EMBEDDING_SIDE)
        widened = [self.nothing] * ((SHARP - 4 * (FINE + PICTURE)) // PIECE)
        return torch.cat([carried, *widened, self.features(coarse), *[self.nothing] * (UNUSED // PIECE)], 1)


class DecoderExport(nn.Module):
    """MobileSAM's decoder signature with one mask per prompt. Coordinates come in SAM's frame of 1024."""

    def __init__(self, net: BoneDecoder):
        super().__init__()
        self.net = WidenedDecoder(net)

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
        sharp = image_embeddings[:, :SHARP].reshape(1, BLOCK, 2 * EMBEDDING_SIDE, 2 * EMBEDDING_SIDE)
        features = image_embeddings[:, SHARP : SHARP + WIDTH]
        low, overlap = self.net.answer(sharp, features, prompt, mask_input, has_mask_input)
        return self._at_original_size(low, orig_im_size), overlap, low

    @staticmethod
    def _at_original_size(low: Tensor, size: Tensor) -> Tensor:
        """Where SAM goes up to 1024 x 1024, cuts the padding off and comes down to the frame's [H, W], here in one step."""
        kept = torch.floor(size * (INPUT_SIDE / size.max()) + 0.5) * (MASK_SIDE / INPUT_SIDE)
        wide = stretched_rows(low.transpose(2, 3), size[1], kept[1])
        return stretched_rows(wide.transpose(2, 3), size[0], kept[0])


class WidenedDecoder(BoneDecoder):
    """The same decoder, drawing from whole blocks of channels: the narrow features' and the sharp ones'."""

    def __init__(self, net: BoneDecoder):
        super().__init__()
        self.load_state_dict(net.state_dict())
        self.narrow = nn.Conv2d(WIDTH, BLOCK, 1)
        self.drawing = nn.Sequential(separable(2 * BLOCK, BLOCK), nn.Conv2d(BLOCK, BLOCK, 4, 2, 1))
        with torch.no_grad():
            _fill(self.narrow.weight, net.narrow.weight, slice(NARROW))
            _fill(self.narrow.bias, net.narrow.bias, slice(NARROW))
            (filters, mix), (own_filters, own_mix) = self.drawing[0], net.drawing[0]
            used = [*range(NARROW), *range(BLOCK, BLOCK + FINE + PICTURE)]
            _fill(filters.weight, own_filters.weight, used)
            _fill(mix[0].weight, own_mix[0].weight, (slice(None), used))
            mix[1].load_state_dict(own_mix[1].state_dict())
            self._draw_squares(net.drawing[1])
            self.eval()
            self._must_draw_as(net)

    def _draw_squares(self, four: nn.Conv2d) -> None:
        """A 3 x 3 convolution to 2 x 2 logits a place, for 2 x 2 places at once: 4 x 4 to 16 logits, the block full."""
        larger = self.drawing[1]
        larger.weight.zero_()
        for y in range(4):
            for x in range(4):
                (row, down), (column, right) = divmod(y, 2), divmod(x, 2)
                larger.weight[4 * y + x, :, row : row + 3, column : column + 3] = four.weight[2 * down + right]
                larger.bias[4 * y + x] = four.bias[2 * down + right]

    def _must_draw_as(self, net: BoneDecoder) -> None:
        """Raises ValueError when logits of noise differ by more than rounding."""
        x, sharp, loss = torch.randn(1, WIDTH, 8, 8), torch.randn(1, FINE + PICTURE, 16, 16), torch.rand(1, 1, 16, 16)
        widened = F.pad(sharp, (0, 0, 0, 0, 0, BLOCK - FINE - PICTURE))
        difference = (self.drawn(x, widened, loss) - net.drawn(x, sharp, loss)).abs().max().item()
        if difference > ROUNDING:
            raise ValueError(f'the widened decoder draws logits up to {difference} off the trained one: at most {ROUNDING}')

    def drawn(self, x: Tensor, sharp: Tensor, loss: Tensor) -> Tensor:
        logits = self.drawing(torch.cat([doubled(self.narrow(x)), sharp], 1))
        return shuffled(logits, 4) - F.interpolate(loss, scale_factor=2.0, mode='nearest')


def _fill(wide: Tensor, values: Tensor, used: slice | list[int] | tuple[slice, list[int]]) -> None:
    """`values` at the places `used`, zeros elsewhere."""
    wide.zero_()
    wide[used] = values


def stretched_rows(x: Tensor, length: Tensor, kept: Tensor) -> Tensor:
    """[1, 1, rows, R] -> [1, 1, length, R], bilinearly from the first `kept` rows, ends held.

    Picks rows and mixes two each: the same as a product with a matrix of weights takes three times as long.
    """
    at = (torch.arange(length.to(torch.int64), dtype=torch.float32) + 0.5) * (kept / length) - 0.5
    at = torch.minimum(torch.maximum(at, torch.zeros(1)), kept - 1)
    before = torch.floor(at)
    after = torch.minimum(before + 1, torch.tensor([x.shape[2] - 1.0]))
    share = (at - before).view(1, 1, -1, 1)
    upper, lower = (x.index_select(2, rows.to(torch.int64)) for rows in (before, after))
    return upper + (lower - upper) * share

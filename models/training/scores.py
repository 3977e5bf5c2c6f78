"""How good a mask is, by column: the definitions of `ultramotion bench accuracy`, here for pictures of a dataset."""
import numpy as np
import torch

ABOVE_MM, BELOW_MM = 0.3, 0.9
NEAR_MM = 0.6


def predict(net, pictures, batch=10):
    with torch.no_grad():
        for at in range(0, len(pictures), batch):
            x = torch.from_numpy(np.asarray(pictures[at:at + batch], np.float32) / 255)[:, None]
            yield from torch.sigmoid(net(x))[:, 0].numpy()


def score(net, data, threshold=0.5):
    """Recall of visible columns, false columns, error after the median offset, Dice, bone-free pictures with any bone."""
    found = visible = false = columns = free = free_hit = inter = total = 0
    errors = []
    for i, probability in enumerate(predict(net, data.pictures)):
        label, mm = data.labels[i], float(data.spacings[i][1])
        mask = (probability >= threshold) & (label != 2)
        surface = data.surfaces[i]
        is_bone = np.isfinite(surface)
        has = mask.any(0)
        if not (label > 0).any():
            free += 1
            free_hit += bool(has.any())
        inter += 2 * int((mask & (label == 1)).sum())
        total += int(mask.sum()) + int((label == 1).sum())
        rows = np.arange(mask.shape[0])[:, None]
        # Distance of every mask pixel from the band of its column's surface; a column is found when one is near enough.
        away = np.abs(rows - np.where(is_bone, surface, 1e6)) * mm
        near = (mask & (away <= NEAR_MM)).any(0)
        visible += int(is_bone.sum())
        found += int((near & is_bone).sum())
        # A column is false when its topmost piece lies away from any labelled band.
        labelled = (label > 0).any(0)
        touches = (mask & (label == 1)).any(0)
        false += int((has & ~touches & (~labelled | is_bone)).sum())
        columns += mask.shape[1]
        top = np.where(has, mask.argmax(0), 0) - 0.5
        hit = near & is_bone
        errors.extend(((top + ABOVE_MM / mm - surface) * mm)[hit])
    errors = np.asarray(errors if errors else [0.0])
    offset = float(np.median(errors))
    errors = np.abs(errors - offset)
    return {
        'recall': round(found / max(1, visible), 4), 'falseColumns': round(false / max(1, columns), 4),
        'offsetMm': round(offset, 3), 'meanErrorMm': round(float(errors.mean()), 3),
        'p95ErrorMm': round(float(np.percentile(errors, 95)), 3), 'dice': round(inter / max(1, total), 4),
        'boneFreeWithSurface': round(free_hit / max(1, free), 4),
    }

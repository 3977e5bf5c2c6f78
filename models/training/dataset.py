"""Reads the datasets that make_dataset.ts writes (README.md beside this file), and makes missing ones."""
import json
import pathlib
import re
import subprocess

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
FORMAT = pathlib.Path(__file__).with_name('dataset-format.ts').read_text()
# Datasets of another edition are rendered again.
EDITION = int(re.search(r'DATASET_EDITION = (\d+);', FORMAT)[1])


class Dataset:
    """Arrays over all pictures, mapped from their files."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.recipe = json.loads((folder / 'dataset.json').read_text())
        count, rows, columns = (self.recipe[key] for key in ('count', 'rows', 'columns'))
        shapes = {
            'pictures': (np.uint8, (count, rows, columns)),
            'labels': (np.uint8, (count, rows, columns)),
            'surfaces': (np.float32, (count, columns)),
            'boxes': (np.float32, (count, self.recipe['maxBoxes'], 4)),
            'spacings': (np.float32, (count, 2)),
        }
        for name, (kind, shape) in shapes.items():
            setattr(self, name, np.memmap(folder / f'{name}.bin', kind, 'r', shape=shape))

    def __len__(self):
        return self.recipe['count']


def dataset(folder, **recipe):
    """The dataset in `folder`; rendered first when it is not there or was made from another recipe."""
    folder = pathlib.Path(folder)
    try:
        found = json.loads((folder / 'dataset.json').read_text())
    except FileNotFoundError:
        found = {}
    wanted = {'seed': recipe['seed'], 'count': recipe['count'], 'columns': recipe['columns'], 'rows': recipe['rows'],
              'mmPerPixel': recipe['mm_per_pixel'], 'boneFree': recipe.get('bone_free', 0.2), 'sweeps': recipe.get('sweeps', 0),
              'edition': EDITION}
    if any(found.get(key) != value for key, value in wanted.items()):
        flags = [text for key, value in recipe.items() for text in (f'--{key.replace("_", "-")}', str(value))]
        node = ROOT / 'node_modules' / '.bin' / 'node'
        script = pathlib.Path(__file__).with_name('make_dataset.ts')
        subprocess.run([node, script, '--out', folder, *flags], check=True, cwd=ROOT)
    return Dataset(folder)

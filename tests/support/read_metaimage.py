"""Reads MetaImage files with VTK's reader, as 3D Slicer does, and prints what it found: one JSON line per file."""
import json
import sys
import zlib

from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkIOImage import vtkMetaImageReader

for path in sys.argv[1:]:
    reader = vtkMetaImageReader()
    if not reader.CanReadFile(path):
        sys.exit(f"VTK cannot read {path}")
    reader.SetFileName(path)
    reader.Update()
    image = reader.GetOutput()
    columns, rows, frames = image.GetDimensions()
    pixels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(frames, -1)
    found = {
        "size": [columns, rows],
        "frames": frames,
        "spacing": list(image.GetSpacing()),
        "type": image.GetScalarTypeAsString(),
        "components": image.GetNumberOfScalarComponents(),
        "crc": [zlib.crc32(frame.tobytes()) for frame in pixels],
    }
    print(json.dumps(found))

import { useState } from 'react';
import { useConsole } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';

/** For Slicer's Python console. Without a label map of the mask's name, Slicer makes a scalar volume of it. */
const labelMapCode = (device: string): string =>
  [
    `n = slicer.mrmlScene.AddNewNodeByClass('vtkMRMLLabelMapVolumeNode', '${device}'); n.CreateDefaultDisplayNodes()`,
    'slicer.util.setSliceViewerLayers(label=n)',
  ].join('\n');

/** How the mask comes up in Slicer as a label, over the picture and in colour. */
export function LabelMapHint() {
  const { slicer } = useWords().guide;
  const device = useConsole((state) => state.snapshot?.publisher.device ?? 'BoneMask');
  const [copied, setCopied] = useState(false);
  const code = labelMapCode(device);
  const copy = (): void => {
    // Refused outside secure pages: then it can still be selected.
    navigator.clipboard?.writeText(code).then(
      () => setCopied(true),
      () => {},
    );
  };
  return (
    <details className="guide-hint">
      <summary>{slicer.labelMap.title}</summary>
      <p>{slicer.labelMap.text}</p>
      <textarea className="guide-code" readOnly rows={4} aria-label={slicer.labelMap.code} value={code} />
      <button type="button" onClick={copy}>
        {copied ? slicer.labelMap.copied : slicer.labelMap.copy}
      </button>
    </details>
  );
}

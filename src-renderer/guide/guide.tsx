import { useEffect, useRef } from 'react';
import { ActionButton } from '../actions/index.ts';
import { useWords } from '../words/index.ts';
import { DoneStep } from './done-step.tsx';
import { GUIDE_STEPS, type GuideStep, useGuide } from './guide-store.ts';
import { PictureStep } from './picture-step.tsx';
import { SlicerStep } from './slicer-step.tsx';
import { SourceStep } from './source-step.tsx';
import './guide.css';

const STEPS: Record<GuideStep, () => React.ReactNode> = {
  source: SourceStep,
  picture: PictureStep,
  slicer: SlicerStep,
  done: DoneStep,
};

/** From nothing to a picture with its mask in Slicer, one question at a time; beside the picture, never over it. */
export function Guide() {
  const { guide } = useWords();
  const step = useGuide((state) => state.step);
  const title = useRef<HTMLHeadingElement>(null);
  // Each step begins at its title, for whoever hears it read and whoever goes by Tab.
  // biome-ignore lint/correctness/useExhaustiveDependencies: at every step anew
  useEffect(() => title.current?.focus(), [step]);
  const Step = STEPS[step];
  const number = GUIDE_STEPS.indexOf(step) + 1;
  return (
    <aside className="guide" aria-label={guide.title}>
      <div className="guide-head">
        <p className="caption">{guide.title}</p>
        <ActionButton id="guide.skip" showsKey>
          {guide.skip}
        </ActionButton>
      </div>
      <ol className="guide-steps">
        {GUIDE_STEPS.map((name) => (
          <li key={name} aria-current={name === step ? 'step' : undefined}>
            {guide.steps[name]}
          </li>
        ))}
      </ol>
      <h2 ref={title} tabIndex={-1}>
        <span className="guide-number">{guide.number(number, GUIDE_STEPS.length)}</span> {guide.questions[step]}
      </h2>
      <Step />
    </aside>
  );
}

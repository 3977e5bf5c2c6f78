export { useFirstRun } from './first-run.ts';
export { Guide } from './guide.tsx';
export { useGuide } from './guide-store.ts';

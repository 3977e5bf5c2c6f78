export { PerformanceView } from './performance-view.tsx';

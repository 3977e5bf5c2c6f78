export { PerformanceCharts } from './charts.tsx';
export { PerformanceView } from './performance-view.tsx';

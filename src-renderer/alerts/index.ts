export { AlertsView } from './alerts-view.tsx';
export { Problems } from './problems.tsx';

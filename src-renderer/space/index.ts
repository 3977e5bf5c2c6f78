export { SpaceView } from './space-view.tsx';

export { isSpaceCommand, type SpaceCommand, SpaceDesk } from './space-desk.ts';

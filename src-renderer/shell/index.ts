export { HeaderStrip } from './header-strip.tsx';
export { HelpPanel } from './help-panel.tsx';
export { followAddress, useView } from './shell-store.ts';
export { useDocumentTheme } from './theme.ts';
export { ViewGuard } from './view-guard.tsx';
export { LAZY_VIEWS } from './views.ts';

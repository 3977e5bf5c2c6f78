import { describeDesktopShell } from './desktop-shell-suite.ts';
import { builtApp } from './electron-double/desktop-app.ts';

describeDesktopShell('desktop shell', () => builtApp);

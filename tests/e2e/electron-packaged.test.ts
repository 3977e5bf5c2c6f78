import path from 'node:path';
import { buildPackage, layOutAsInstalled } from '../support/packaging/build-package.ts';
import { describeDesktopShell } from './desktop-shell-suite.ts';

/** Nothing that the app needs may be missing from its package: the same tests, on what the package holds and nothing else. */
describeDesktopShell('desktop shell as packaged', (bench) => {
  const folder = bench.folder();
  const built = buildPackage('linux', ['dir'], folder);
  const root = layOutAsInstalled(built.resources, path.join(folder, 'installed'));
  return { entry: path.join(root, 'dist', 'desktop', 'main.js'), root };
});

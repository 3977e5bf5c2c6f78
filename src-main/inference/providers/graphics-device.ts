import { existsSync, readdirSync } from 'node:fs';
import { type Saying, say } from '../../../src-shared/index.ts';

/** Drivers that compute on the CPU: SwiftShader, Mesa's lavapipe, Windows' WARP. */
const SOFTWARE_DRIVERS = /swiftshader|libvulkan_lvp|d3d10warp/i;
/** Drivers that may be loaded for a device that is not there tell nothing; these are loaded only for one that is. */
const HARDWARE_DRIVERS = /nvidia|nvwgf|nvoglv|amdxc|amdvlk|igd10|igc64|AGXMetal/i;

/**
 * Why a graphics provider cannot have a graphics processor here, or null when it may. On Linux a processor has a device
 * file; elsewhere there is always something to ask.
 */
export function noGraphicsDevice(): Saying | null {
  if (process.platform !== 'linux') return null;
  const rendering = existsSync('/dev/dri') && readdirSync('/dev/dri').some((name) => name.startsWith('renderD'));
  const other = ['/dev/nvidia0', '/dev/nvidiactl', '/dev/dxg'].some((file) => existsSync(file));
  const looked = '/dev/dri/renderD*, /dev/nvidia*, /dev/dxg';
  return rendering || other ? null : say('provider.no-device', { looked });
}

/**
 * The software driver behind the graphics provider of this process, or null. Asked after a session was made: ONNX Runtime
 * does not name its adapter, but the libraries in the process do.
 */
export function softwareDriver(): string | null {
  const libraries = sharedLibraries();
  const software = libraries.find((file) => SOFTWARE_DRIVERS.test(file));
  if (software === undefined) return null;
  const hasHardware = libraries.some((file) => HARDWARE_DRIVERS.test(file)) && noGraphicsDevice() === null;
  return hasHardware ? null : software;
}

function sharedLibraries(): readonly string[] {
  // Reports look up the names of open sockets unless told otherwise; Node's types do not know the switch yet.
  const { report } = process as { report: NodeJS.ProcessReport & { excludeNetwork?: boolean } };
  report.excludeNetwork = true;
  return (report.getReport() as { readonly sharedObjects?: readonly string[] }).sharedObjects ?? [];
}

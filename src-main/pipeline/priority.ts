import os from 'node:os';

/**
 * Asks the system to run this process before those nobody waits for: a frame that is ready stands behind no web page.
 * Granted to everybody on Windows, on Linux and macOS to those who may (root, CAP_SYS_NICE); true when it was.
 */
export function askForPriority(): boolean {
  try {
    os.setPriority(os.constants.priority.PRIORITY_ABOVE_NORMAL);
    return true;
  } catch {
    return false;
  }
}

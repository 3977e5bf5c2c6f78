import { type UtilityProcess, utilityProcess } from 'electron';

/** Variables that would change how our processes run: a debugger, a preloaded module, Electron as plain Node. */
const UNWANTED = /^(NODE_OPTIONS|NODE_REPL_|ELECTRON_|LD_PRELOAD$|DYLD_INSERT_LIBRARIES$)/;

/** Starts one of our own programs as a utility process; `serviceName` is what a process list shows. */
export function forkUtility(entry: string, args: readonly string[], serviceName: string): UtilityProcess {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !UNWANTED.test(name)));
  return utilityProcess.fork(entry, [...args], { serviceName, env, execArgv: [], stdio: 'inherit' });
}

/** Ends it at once: a process that hangs does not hear a request. Does nothing when it has ended. */
export function killNow(child: UtilityProcess): void {
  if (child.pid === undefined) {
    child.kill();
    return;
  }
  try {
    process.kill(child.pid, 'SIGKILL');
  } catch {
    // It ended in this very moment; its exit event says so.
  }
}

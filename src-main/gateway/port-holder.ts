import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** State code of a listening socket in /proc/net/tcp. */
const LISTEN = '0A';

/** Who listens on a TCP port: `name (process 123)`. Linux only, and only what this user may see; else null. */
export function holderOfPort(port: number): string | null {
  if (process.platform !== 'linux') {
    return null;
  }
  try {
    const inode = listeningInode(port);
    const pid = inode === null ? null : processWithSocket(inode);
    return pid === null ? null : `${readFileSync(`/proc/${pid}/comm`, 'utf8').trim()} (process ${pid})`;
  } catch {
    return null;
  }
}

function listeningInode(port: number): string | null {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    if (columns[1]?.endsWith(wanted) === true && columns[3] === LISTEN) {
      return columns[9] ?? null;
    }
  }
  return null;
}

function processWithSocket(inode: string): string | null {
  const target = `socket:[${inode}]`;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const folder = `/proc/${pid}/fd`;
      if (readdirSync(folder).some((fd) => linkOf(`${folder}/${fd}`) === target)) {
        return pid;
      }
    } catch {
      // Somebody else's process, or one that has just ended.
    }
  }
  return null;
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

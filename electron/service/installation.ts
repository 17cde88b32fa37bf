/** Names a workspace folder on this machine: only the program that may write into it now has this name on a host's lock. */
import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';

/** machine-id(5), where there is one. */
function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** The same after a restart of the app and another one for a copy: 32 hexadecimal digits that tell nothing. */
export function installationOf(root: string, workspaceId: string): string {
  const parts = [workspaceId, hostname(), machineId(), String(process.getuid?.() ?? ''), realpathSync(root)];
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}

// @ts-check
import { readFileSync } from 'node:fs';
import { findCommand, succeeds } from './run.mjs';

/**
 * Finds out whether lab hosts can be started on this machine, without starting one.
 *
 * @returns {string} one sentence with what is missing and how to get it, or an empty text
 */
export function labObstacle() {
  if (process.platform !== 'linux') return 'The lab needs Linux: run it in a Debian 12 virtual machine.';
  if (process.getuid?.() !== 0)
    return 'The lab needs root for its own network and mount namespaces: run this with sudo.';
  for (const tool of ['systemd-nspawn', 'mmdebstrap', 'ip', 'nft', 'ssh']) {
    if (!findCommand(tool))
      return `The lab needs ${tool}: install the Debian packages that the set-up names.`;
  }
  if (!succeeds('unshare', ['--mount', '--net', '--pid', '--uts', '--ipc', '--fork', 'true'])) {
    return 'The lab needs network, mount and process namespaces, and this machine permits none: use a virtual machine or a privileged container.';
  }
  if (!/\soverlay$/m.test(readFileSync('/proc/filesystems', 'utf8')) && !succeeds('modprobe', ['overlay'])) {
    return "The lab needs the kernel's overlay file system: load the module with modprobe overlay.";
  }
  return '';
}

/** Lets the next login on a lab host wait at the door, so that what the window shows meanwhile can be looked at in peace. */
import type { LabHost } from '../../lab/index.ts';

export interface HeldLogins {
  /** Resolves when a login waits; those after it are let in at once. */
  waitUntilHeld(): Promise<void>;
  letIn(): Promise<void>;
  /** The host is as it was. */
  remove(): Promise<void>;
}

// At most 50 seconds, so that a test that fails locks nobody out.
const door = `#!/bin/sh
mkdir /run/held 2>/dev/null || exit 0
tries=0
while [ ! -e /run/let-in ] && [ $tries -lt 500 ]; do sleep 0.1; tries=$((tries + 1)); done`;

async function done(host: LabHost, script: string): Promise<void> {
  const { code, stderr } = await host.run(script);
  if (code !== 0) throw new Error(`the door of the host could not be handled: ${stderr}`);
}

export async function holdLogins(host: LabHost): Promise<HeldLogins> {
  await done(
    host,
    `set -e
    printf '%s\\n' '${door}' > /usr/local/sbin/door
    chmod 755 /usr/local/sbin/door
    cp -p /etc/pam.d/sshd /run/pam-sshd
    printf 'session required pam_exec.so quiet /usr/local/sbin/door\\n' >> /etc/pam.d/sshd`,
  );
  return {
    waitUntilHeld: async () =>
      await done(
        host,
        'tries=0; until [ -d /run/held ]; do tries=$((tries + 1)); [ $tries -lt 600 ] || exit 1; sleep 0.1; done',
      ),
    letIn: async () => await done(host, 'touch /run/let-in'),
    remove: async () =>
      await done(
        host,
        'cp -p /run/pam-sshd /etc/pam.d/sshd && rm -rf /usr/local/sbin/door /run/pam-sshd /run/held /run/let-in',
      ),
  };
}

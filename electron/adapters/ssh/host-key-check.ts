/** Decides whether a host's key is good enough to send a credential to. Nothing is sent before this says so. */
import type { AppError } from '../../../shared/domain/error.ts';
import type { Host, HostKey } from '../../../shared/domain/host.ts';
import { describeKey } from './host-key.ts';
import type { KnownHosts } from './known-hosts.ts';
import { keyChanged, keyRevoked, keyUnknown, keyUnsupported, where } from './ssh-errors.ts';

export interface HostKeyNeeds {
  readonly knownHosts: KnownHosts;
  /** Shows an unknown key to the operator. A trusted key is remembered. */
  readonly askHostKey: (host: Host, key: HostKey) => Promise<'trust' | 'refuse'>;
}

/** Undefined: the key is accepted. */
export async function verifyHostKey(
  host: Host,
  blob: Uint8Array,
  needs: HostKeyNeeds,
  asking: <T>(question: () => Promise<T>) => Promise<T>,
): Promise<AppError | undefined> {
  const place = where(host.address, host.port);
  const key = describeKey(blob);
  const judged = await needs.knownHosts.judge(host.address, host.port, blob);
  if (!judged.ok) return judged.error;
  switch (judged.value.verdict) {
    case 'known':
      return undefined;
    case 'changed':
      return keyChanged(place, key, judged.value.known);
    case 'revoked':
      return keyRevoked(place, key);
    case 'unsupported':
      return keyUnsupported(place);
    case 'unknown': {
      if ((await asking(() => needs.askHostKey(host, key))) !== 'trust') return keyUnknown(place, key);
      const added = await needs.knownHosts.add(host.address, host.port, blob);
      return added.ok ? undefined : added.error;
    }
  }
}

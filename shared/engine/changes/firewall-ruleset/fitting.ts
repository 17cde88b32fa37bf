/** The backend for a change, once it is known that this host is managed by it and by nothing else. */
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import type { Backend, BackendName, FirewallChange } from './backend.ts';
import { firewalld } from './firewalld/backend.ts';
import { iptables } from './iptables/backend.ts';
import { managersOf, misfit } from './manager.ts';
import { nftables } from './nftables/backend.ts';
import { ufw } from './ufw/backend.ts';

const backends: Readonly<Record<BackendName, Backend>> = {
  nftables,
  ufw,
  firewalld,
  iptables,
};

export function backendFor(name: BackendName): Backend {
  return backends[name];
}

export interface Fitting {
  readonly backend: Backend;
  /** Sentences about what else filters or redirects here. */
  readonly foreign: readonly string[];
}

/** Errors: PRECONDITION_FAILED, naming what manages the firewall instead. */
export async function fittingBackend(
  change: FirewallChange,
  context: ChangeContext,
): Promise<Result<Fitting>> {
  const managers = await managersOf(context);
  if (!managers.ok) {
    return managers;
  }
  const wrong = misfit(change.backend, managers.value);
  return wrong === undefined
    ? succeed({
        backend: backendFor(change.backend),
        foreign: managers.value.foreign.map(
          (name) =>
            `${name} forwards ports by rules of its own, which stay: what it publishes does not pass these rules.`,
        ),
      })
    : fail(wrong);
}

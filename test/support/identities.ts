/** Facts of a secured node that tells a login these users, roles and keys. */
import type { Facts } from '../../shared/domain/facts.ts';
import type { Identities } from '../../shared/domain/identities.ts';
import { factsOf, healthy } from './facts.ts';

const nobody: Identities = {
  users: undefined,
  roles: undefined,
  mappings: undefined,
  apiKeys: undefined,
  elasticStored: undefined,
};

/** The healthy node's, with some of them replaced. */
export function telling(changes: Partial<Identities>): Facts {
  const identities = { ...nobody, ...healthy['node-answers'].identities, ...changes };
  return factsOf(healthy, { 'node-answers': { ...healthy['node-answers'], identities } });
}

/** Nobody's login was accepted. */
export const withoutLogin: Facts = factsOf(healthy, {
  'node-answers': {
    ...healthy['node-answers'],
    authenticated: 'no-credential',
    identities: undefined,
    running: undefined,
  },
});

/** Which password of `elastic` a node has once it asks for passwords again as before: its data directory, and so its users, stay. */
import type { ChangeOf } from '../../../domain/change.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { isLost, probeHttp, tryCredential, waitForCredential } from '../../elasticsearch/node.ts';
import { credentialsToTry } from '../../securing/data.ts';

type Change = ChangeOf<'es-own-certificates'>;

/** `unknown`: neither was seen to be accepted, so neither may be lost. */
export type PasswordAfter = 'new' | 'old' | 'unknown';

/** A node that has just started refuses right passwords too, for so many seconds at most. */
const patience = 60;

/**
 * Looks over a fresh connection where the given one is gone: the way back reconnects by itself, and a link that broke meanwhile
 * says nothing about the node.
 */
export async function passwordAfter(change: Change, context: ChangeContext): Promise<PasswordAfter> {
  const first = await look(change, context);
  if (first !== 'lost') {
    return first;
  }
  const fresh = await context.openFresh();
  if (!fresh.ok) {
    return 'unknown';
  }
  try {
    const again = await look(change, { ...context, host: fresh.value });
    return again === 'lost' ? 'unknown' : again;
  } finally {
    await fresh.value.close().catch(() => undefined);
  }
}

async function look(change: Change, context: ChangeContext): Promise<PasswordAfter | 'lost'> {
  const ref = change.elasticPasswordRef;
  const made = await context.secrets.get(ref);
  if (!made.ok) {
    return made.error.code === 'SECRET_MISSING' ? 'old' : 'unknown';
  }
  const speech = await probeHttp(context, change.install.httpPort);
  if (!speech.ok) {
    return isLost(speech.error) ? 'lost' : 'unknown';
  }
  if (speech.value.speaks !== 'plain') {
    return 'unknown';
  }
  const door = { address: speech.value.address, port: change.install.httpPort, tls: false } as const;
  const all = await credentialsToTry(context, change.install, [`${ref}/previous`]);
  // The operator may have given Bulwark the new one as a login meanwhile.
  const before = all.filter(({ password }) => password.reveal() !== made.value.reveal());
  const triedOld = async () => {
    for (const one of before) {
      const tried = await tryCredential(context, door, one);
      if (!tried.ok) return 'lost';
      if (tried.value === 'accepted') return 'old';
    }
    return 'unknown';
  };
  const first = await triedOld();
  if (first !== 'unknown') {
    return first;
  }
  const now = { type: 'basic', user: 'elastic', password: made.value } as const;
  const accepted = await waitForCredential(context, door, now, patience);
  if (!accepted.ok) {
    return 'lost';
  }
  return accepted.value === 'accepted' ? 'new' : await triedOld();
}

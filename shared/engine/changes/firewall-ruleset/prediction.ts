/**
 * Whether rules would let this very session in again. The host's own view counts: SSH_CONNECTION (ssh(1), ENVIRONMENT) names
 * the address that the host sees, which behind a jump host is the jump host's.
 */
import { type AppError, appError } from '../../../domain/error.ts';
import type { FirewallChange } from './backend.ts';
import { holds } from './sources.ts';

/** This session as the host sees it. */
export interface SeenSession {
  /** Client address; undefined when the host does not tell. */
  readonly address: string | undefined;
  /** Port of the sshd that answered; undefined when the host does not tell. */
  readonly port: number | undefined;
  /** Login name. */
  readonly user: string;
}

export type Prediction =
  | { readonly outcome: 'stays' | 'unknown'; readonly words: string }
  | { readonly outcome: 'excluded'; readonly words: string; readonly because: 'address' | 'port' };

export function predictAccess(
  change: Pick<FirewallChange, 'operatorSources' | 'sshPort' | 'allow'>,
  seen: SeenSession,
): Prediction {
  const { address, user } = seen;
  const port = seen.port ?? change.sshPort;
  const doors = [
    ...(port === change.sshPort ? [change.operatorSources] : []),
    ...change.allow.filter((one) => one.port === port).map((one) => one.from),
  ];
  if (doors.length === 0) {
    return {
      outcome: 'excluded',
      because: 'port',
      words: `These rules would lock you out: you are logged in through port ${port}, which they close.`,
    };
  }
  if (address === undefined) {
    return {
      outcome: 'unknown',
      words: 'Your own address is not known to this host; the guard decides.',
    };
  }
  if (!doors.some((from) => holds(from, address))) {
    return {
      outcome: 'excluded',
      because: 'address',
      words: `These rules would lock you out: this host sees you at ${address}, which is not among the operators' addresses.`,
    };
  }
  return {
    outcome: 'stays',
    words: `You (${user} from ${address}, port ${port}) stay let in. Rules of sshd about users are not changed.`,
  };
}

/** The refusal of rules that would exclude their operator. */
export function lockedOut(
  prediction: Extract<Prediction, { outcome: 'excluded' }>,
  seen: SeenSession,
): AppError {
  return appError(
    'ACCESS_WOULD_BE_LOST',
    prediction.words,
    prediction.because === 'port'
      ? `Name port ${seen.port ?? ''} as the SSH port: assess this host again through it, then make a new plan.`
      : `Add ${seen.address ?? ''} or its network to the operators' addresses. Behind a jump host it is the jump host's address that counts.`,
    { hostState: 'unchanged' },
  );
}

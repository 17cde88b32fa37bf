/** The guards that are armed on a host, told apart by who armed them and when they fire. */
import { type AppError, appError } from '../domain/error.ts';

export type GuardStanding = 'armed' | 'firing' | 'fired' | 'disarmed';

export interface GuardOnHost {
  readonly tag: string;
  /** Who armed it, e.g. `ada@laptop`; `somebody` where that is not known. */
  readonly owner: string;
  /** ISO 8601 by the host's clock: when the old state comes back; undefined where that is not known. */
  readonly firesAt: string | undefined;
  /** Seconds until then as the host counts them, 0 or more. */
  readonly secondsLeft: number;
  readonly standing: GuardStanding;
}

const standings: readonly string[] = ['armed', 'firing', 'fired', 'disarmed'] satisfies GuardStanding[];

function isStanding(text: string): text is GuardStanding {
  return standings.includes(text);
}

/** `tag standing fires now owner`, times in seconds since 1970; undefined for any other line. */
export function parseGuard(line: string): GuardOnHost | undefined {
  const found = /^([a-z0-9-]+) ([a-z]+) (\d{1,11}) (\d{1,11}) ?(.*)$/.exec(line);
  const [, tag = '', standing = '', fires = '0', now = '0', owner = ''] = found ?? [];
  if (found === null || !isStanding(standing)) {
    return undefined;
  }
  const at = Number(fires);
  return {
    tag,
    standing,
    owner: owner.trim() === '' ? 'somebody' : owner.trim().slice(0, 200),
    firesAt: at === 0 ? undefined : new Date(at * 1000).toISOString(),
    secondsLeft: Math.max(0, at - Number(now)),
  };
}

export function parseGuards(text: string): readonly GuardOnHost[] {
  return text
    .split('\n')
    .map(parseGuard)
    .filter((guard) => guard !== undefined);
}

/** The refusal to begin while somebody else's guard is armed. */
export function guardedBy(
  code: 'GUARD_UNAVAILABLE' | 'PRECONDITION_FAILED',
  guard: GuardOnHost | undefined,
): AppError {
  const who = guard?.owner ?? 'somebody';
  const until =
    guard?.firesAt === undefined || guard.standing === 'firing'
      ? ''
      : ` Unless they prove access, the old state comes back in ${guard.secondsLeft} seconds.`;
  return appError(
    code,
    `Another change that could cut off access is under way on this host, begun by ${who}.${until}`,
    'Wait a few minutes until it is done or has put itself back, then try again.',
    {
      hostState: 'unchanged',
      retryable: true,
      ...(guard === undefined ? {} : { detail: `guard ${guard.tag}` }),
    },
  );
}

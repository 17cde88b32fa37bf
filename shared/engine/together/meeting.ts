/**
 * Where steps that are carried out on several hosts at the same time wait for each other. Every host does its own work, with
 * its own journal and its own way back, and goes past a point only when all others have come to it.
 */
import { type AppError, appError } from '../../domain/error.ts';
import { fail, type Result } from '../../domain/result.ts';

/** In the order in which they are passed; a host that does not come to a point of its own passes it with a later one. */
export const meetingPoints = [
  'prepared',
  'others-stopped',
  'all-stopped',
  'still-held',
  'up',
  'read-back',
] as const;
export type MeetingPoint = (typeof meetingPoints)[number];

/** One host's place in a meeting. */
export interface Together {
  /** Hosts that take part, those that have left included. */
  readonly hosts: number;
  /** Waits for the others. False: one of them failed, and nobody goes on. */
  meet(point: MeetingPoint): Promise<boolean>;
  /** What has to be done once for all: who comes first does it, and everybody gets the same. */
  once<T>(name: string, act: () => Promise<T>): Promise<T>;
  /** Not waited for any more. With `failed` nobody who has not passed the last point goes on, unless they may go on alone. */
  leave(how: 'done' | 'failed'): void;
}

interface Waiting {
  readonly point: number;
  readonly go: (all: boolean) => void;
}

export class Meeting {
  readonly #passed = new Map<string, number>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #made = new Map<string, Promise<unknown>>();
  readonly #hosts: number;
  readonly #who: 'all-or-none' | 'who-can';
  #broken = false;

  /** @param who `who-can`: a host that fails is left behind, for a way back that must not depend on the one that is lost */
  constructor(hostIds: readonly string[], who: 'all-or-none' | 'who-can') {
    this.#hosts = hostIds.length;
    this.#who = who;
    for (const hostId of hostIds) {
      this.#passed.set(hostId, -1);
    }
  }

  place(hostId: string): Together {
    return {
      hosts: this.#hosts,
      meet: (point) => this.#meet(hostId, meetingPoints.indexOf(point)),
      once: (name, act) => this.#once(name, act),
      leave: (how) => this.#leave(hostId, how),
    };
  }

  #meet(hostId: string, point: number): Promise<boolean> {
    if (this.#broken) {
      return Promise.resolve(false);
    }
    if (!this.#passed.has(hostId)) {
      // The others do not wait for it again: it goes on alone, or not at all.
      return Promise.resolve(this.#who === 'who-can');
    }
    return new Promise((go) => {
      // Who begins again after a lost connection does not hold up the others a second time.
      this.#passed.set(hostId, Math.max(point, this.#passed.get(hostId) ?? point));
      this.#waiting.set(hostId, { point, go });
      this.#settle();
    });
  }

  async #once<T>(name: string, act: () => Promise<T>): Promise<T> {
    const made = this.#made.get(name) ?? act();
    this.#made.set(name, made);
    // Everybody asks for the same thing under the same name.
    return (await made) as T;
  }

  #leave(hostId: string, how: 'done' | 'failed'): void {
    if (!this.#passed.delete(hostId)) {
      return;
    }
    this.#waiting.get(hostId)?.go(false);
    this.#waiting.delete(hostId);
    this.#broken ||= how === 'failed' && this.#who === 'all-or-none';
    this.#settle();
  }

  #settle(): void {
    const last = Math.min(...this.#passed.values());
    for (const [hostId, { point, go }] of this.#waiting) {
      if (this.#broken || point <= last) {
        this.#waiting.delete(hostId);
        go(!this.#broken);
      }
    }
  }
}

/**
 * As `once`, alone or together. Who did it hears what went wrong; the others only that it did: a link that broke on one host
 * is no lost link of theirs.
 * @param hostState of those others
 */
export async function onceForAll<T>(
  together: Together | undefined,
  name: string,
  act: () => Promise<Result<T>>,
  hostState: NonNullable<AppError['hostState']>,
): Promise<Result<T>> {
  if (together === undefined) {
    return await act();
  }
  let mine = false;
  const done = await together.once(name, () => {
    mine = true;
    return act();
  });
  return done.ok || mine ? done : fail(peerFailed(hostState));
}

/** What a host says that stopped because of another one. */
export function peerFailed(hostState: NonNullable<AppError['hostState']>): AppError {
  return appError(
    'PEER_FAILED',
    'Another host of the cluster could not go on, and all of them are changed together or none.',
    'Read what the other host says, correct it and try again.',
    { hostState, retryable: true },
  );
}

/** The engine's parts with a gate at every seam: ports and kinds do what they do, and the gate is passed before and after. */

import type { ChangeKindName } from '../../../shared/domain/change.ts';
import type { Result } from '../../../shared/domain/result.ts';
import { succeed } from '../../../shared/domain/result.ts';
import type { ChangeKind, ChangeKinds } from '../../../shared/engine/change-kind.ts';
import type { EngineParts } from '../../../shared/engine/parts.ts';
import type {
  BlobStore,
  Clock,
  HostSession,
  Journal,
  NodeRequest,
  RawExchange,
  ScriptOutput,
  ScriptRequest,
  SessionFactory,
} from '../../../shared/engine/ports.ts';
import type { Gate } from './gate.ts';

/** Boundaries that bear another name than the command that ends in them. */
const named: Readonly<Record<string, string>> = { 'lock-host': 'locked', 'lock-release': 'unlocked' };

class GatedSession implements HostSession {
  readonly #inner: HostSession;
  readonly #gate: Gate;

  constructor(inner: HostSession, gate: Gate) {
    this.#inner = inner;
    this.#gate = gate;
  }
  get hostId() {
    return this.#inner.hostId;
  }
  get hostKey() {
    return this.#inner.hostKey;
  }
  get address() {
    return this.#inner.address;
  }
  get port() {
    return this.#inner.port;
  }
  get user() {
    return this.#inner.user;
  }
  get seenFrom() {
    return this.#inner.seenFrom;
  }
  cost() {
    return this.#inner.cost();
  }
  close() {
    return this.#gate.onHost(() => this.#inner.close());
  }
  probe(request: ScriptRequest, signal?: AbortSignal) {
    return this.#gate.onHost(() => this.#inner.probe(request, signal));
  }
  run(request: ScriptRequest, signal?: AbortSignal): Promise<Result<ScriptOutput>> {
    return this.#pass(request.name, () => this.#inner.run(request, signal), named[request.name]);
  }
  request(request: NodeRequest, signal?: AbortSignal) {
    const path = request.path.split('?')[0] ?? '';
    return this.#pass(`${request.method} ${path}`, () => this.#inner.request(request, signal));
  }

  exchange(exchange: RawExchange, signal?: AbortSignal) {
    return this.#gate.onHost(() => this.#inner.exchange(exchange, signal));
  }

  async #pass<T>(name: string, act: () => Promise<Result<T>>, afterwards?: string): Promise<Result<T>> {
    const command = this.#gate.command(name);
    if (command !== undefined) await this.#gate.reach(`${command} before`);
    const answer = await this.#gate.onHost(act);
    const boundary = afterwards ?? (command === undefined ? undefined : `${command} after`);
    const stopped = boundary === undefined ? undefined : await this.#gate.reach(boundary);
    if (stopped?.answerLost !== true) return answer;
    // What the dead link says of itself is what the engine would have got instead of the answer.
    const silence = await this.#inner.run({
      name: 'answer',
      script: ':',
      privileged: false,
      deadlineSeconds: 10,
    });
    return silence.ok ? answer : silence;
  }
}

function gatedSessions(inner: SessionFactory, gate: Gate): SessionFactory {
  const wrap = (opened: Result<HostSession>): Result<HostSession> =>
    opened.ok ? { ok: true, value: new GatedSession(opened.value, gate) } : opened;
  return {
    open: async (hostId, signal) => wrap(await gate.onHost(() => inner.open(hostId, signal))),
    async openFresh(hostId, signal) {
      const command = gate.command('fresh connection');
      if (command !== undefined) await gate.reach(`${command} before`);
      const opened = wrap(await gate.onHost(() => inner.openFresh(hostId, signal)));
      if (command !== undefined) await gate.reach(`${command} after`);
      return opened;
    },
  };
}

const written = {
  intent: 'intent written',
  outcome: 'outcome written',
  'undo-intent': 'intent written',
  'undo-outcome': 'outcome written',
  'restart-owed': 'restart owed',
  'restart-outcome': 'restart written',
} as const;

function gatedJournal(inner: Journal, gate: Gate): Journal {
  return {
    read: (hostId) => inner.read(hostId),
    heads: () => inner.heads(),
    async append(draft) {
      const entry = await inner.append(draft);
      if (draft.type !== 'opened' && draft.type !== 'note') await gate.reach(written[draft.type]);
      return entry;
    },
  };
}

function gatedBlobs(inner: BlobStore, gate: Gate): BlobStore {
  return {
    get: (id) => inner.get(id),
    async put(bytes) {
      const id = await inner.put(bytes);
      await gate.reach('image stored');
      return id;
    },
  };
}

function gatedClock(inner: Clock, gate: Gate): Clock {
  return {
    now: () => {
      gate.clockRead();
      return inner.now() + gate.clockOffset;
    },
    elapsed: () => inner.elapsed(),
    sleep: (milliseconds, signal) => gate.onHost(() => inner.sleep(milliseconds, signal)),
  };
}

function gatedKind(kind: ChangeKind, gate: Gate): ChangeKind {
  async function looking<T>(act: () => Promise<T>, boundary: string): Promise<T> {
    const result = await act();
    await gate.reach(boundary);
    return result;
  }
  async function changing<T>(act: () => Promise<T>, boundary: string): Promise<T> {
    gate.changing(true);
    try {
      return await act();
    } finally {
      gate.changing(false);
      await gate.reach(boundary);
    }
  }
  return {
    kind: kind.kind,
    ...(kind.complete === undefined
      ? {}
      : {
          complete: (change, before, context) =>
            kind.complete?.(change, before, context) ?? Promise.resolve(succeed(false)),
        }),
    describe: (change) => kind.describe(change),
    inspect: (change, context) => looking(() => kind.inspect(change, context), 'inspected'),
    capture: (change, context) => looking(() => kind.capture(change, context), 'captured'),
    apply: (change, before, context) => changing(() => kind.apply(change, before, context), 'applied'),
    verify: (change, mark, context) => looking(() => kind.verify(change, mark, context), 'verified'),
    revert: (change, before, mark, context) =>
      changing(() => kind.revert(change, before, mark, context), 'reverted'),
  };
}

export function gatedParts(parts: EngineParts, gate: Gate): EngineParts {
  // An entry's type ties its name to its change; all are wrapped alike, and stay under their names.
  const table = parts.kinds as unknown as Readonly<Record<ChangeKindName, ChangeKind>>;
  const kinds = Object.fromEntries(Object.values(table).map((kind) => [kind.kind, gatedKind(kind, gate)]));
  return {
    ...parts,
    kinds: kinds as unknown as ChangeKinds,
    sessions: gatedSessions(parts.sessions, gate),
    journal: gatedJournal(parts.journal, gate),
    blobs: gatedBlobs(parts.blobs, gate),
    clock: gatedClock(parts.clock, gate),
  };
}

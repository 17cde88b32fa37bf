/** Three hosts whose nodes are one cluster, as far as restarting them goes; it refuses what it was not taught. */
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { applyPlan } from '../../shared/engine/apply.ts';
import type { ChangeKind } from '../../shared/engine/change-kind.ts';
import { serviceRestart } from '../../shared/engine/changes/service-restart/service-restart.ts';
import type { EngineEvents, EngineParts } from '../../shared/engine/parts.ts';
import { clusterMember } from '../../shared/engine/plan/rolling.ts';
import { planChanges } from '../../shared/engine/plan.ts';
import type {
  HostSession,
  NodeRequest,
  NodeResponse,
  ScriptOutput,
  ScriptRequest,
} from '../../shared/engine/ports.ts';
import { value } from './change-harness.ts';
import { EngineBench } from './engine-harness.ts';
import { NodeHost } from './node-host.ts';
import { clusterFact, type FactNode } from './rolling-facts.ts';

export const names = ['one', 'two', 'three'] as const;
type Name = (typeof names)[number];
export const unit = 'elasticsearch.service';
export const clusterUuid = 'aaaaaaaaaaaaaaaaaaaaaa';

class MemberHost extends NodeHost {
  override readonly hostId: Name;
  readonly #scene: RollingScene;
  /** Process of the node; 0 while it is down. */
  pid = 100;
  starts: 'well' | 'not' | 'alone' = 'well';

  constructor(hostId: Name, scene: RollingScene) {
    super();
    this.hostId = hostId;
    this.#scene = scene;
    this.teach('id', 'echo 0');
    this.answer = (request) => scene.answer(this, request);
  }

  /** A second session: another connection to the same host. */
  override session(): HostSession {
    return { ...super.session(), hostId: this.hostId };
  }

  override run(request: ScriptRequest, signal?: AbortSignal): Promise<Result<ScriptOutput>> {
    const told = (text: string): Promise<Result<ScriptOutput>> => {
      this.names.push(request.name);
      const early = this.before?.(request);
      const stdout = new TextEncoder().encode(text);
      return Promise.resolve(
        early?.ok === false ? early : succeed({ exitCode: 0, stdout, stderr: new Uint8Array() }),
      );
    };
    switch (request.name) {
      case 'unit-state':
        return told(
          `LoadState=loaded\nActiveState=${this.pid === 0 ? 'failed' : 'active'}\nResult=${this.pid === 0 ? 'exit-code' : 'success'}\nMainPID=${this.pid}\nNRestarts=0\nUser=es\n`,
        );
      case 'unit-restart': {
        const answered = told('');
        if (this.before?.(request)?.ok !== false) this.#scene.restart(this);
        return answered;
      }
      case 'start-log':
        return told('java.lang.IllegalArgumentException: unknown setting [a.b]');
      case 'host-time':
        return told('1900000000');
      case 'listeners':
        if (this.pid === 0) return told('');
        return super.run(request, signal);
      default:
        return super.run(request, signal);
    }
  }
}

export class RollingScene {
  readonly hosts: readonly MemberHost[] = names.map((name) => new MemberHost(name, this));
  readonly bench: EngineBench;
  readonly parts: EngineParts;
  readonly notes: string[] = [];
  settings: Record<'persistent' | 'transient', Record<string, string>> = { persistent: {}, transient: {} };
  /** Restarts and changes of the setting, in their order. */
  readonly done: string[] = [];
  /** The most nodes that were down at the same time. */
  downAtOnce = 0;
  /** How often the health is asked until the shards of a node that came back are assigned; `Infinity`: never. */
  recovers = 3;
  #asked = 0;
  #back = true;
  status = 'green';
  longer: boolean[] = [];
  /** Of every host's node. */
  members: FactNode[] = [
    { name: 'one', role: 'elected-master' },
    { name: 'two', role: 'master-eligible' },
    { name: 'three', role: 'not-master' },
  ];

  constructor() {
    const plain: ChangeKind<'service-restart'> = {
      ...serviceRestart,
      // What is rehearsed beside a node has tests of its own.
      apply: (change, ...rest) => serviceRestart.apply({ ...change, rehearse: false }, ...rest),
      complete: (change, ...rest) =>
        serviceRestart.complete?.({ ...change, rehearse: false }, ...rest) ?? Promise.resolve(succeed(false)),
    };
    this.bench = new EngineBench({ 'service-restart': plain });
    const open = (hostId: string) => {
      const host = this.hosts.find((one) => one.hostId === hostId);
      return Promise.resolve(
        host === undefined ? fail(appError('NOT_FOUND', 'No host.', 'Name one.')) : succeed(host.session()),
      );
    };
    this.parts = { ...this.bench.parts, sessions: { open, openFresh: open } };
  }

  end(): void {
    for (const host of this.hosts) host.remove();
    this.bench.host.remove();
  }

  host(name: Name): MemberHost {
    return this.hosts.find((one) => one.hostId === name) ?? value(fail(appError('NOT_FOUND', name, '')));
  }

  restart(host: MemberHost): void {
    this.done.push(`restart ${host.hostId}`);
    host.pid = host.starts === 'not' ? 0 : host.pid + 1;
    this.#asked = 0;
    this.#back = false;
    // A node that is restarted is down for a moment, whatever becomes of it.
    const down = this.hosts.filter((one) => one !== host && one.pid === 0).length + 1;
    this.downAtOnce = Math.max(this.downAtOnce, down);
  }

  #health() {
    this.#asked += 1;
    const there = this.hosts.filter(({ pid, starts }) => pid !== 0 && (pid === 100 || starts !== 'alone'));
    const whole = there.length === this.hosts.length;
    const open = Object.values({ ...this.settings.persistent, ...this.settings.transient })[0] ?? 'all';
    // What was assigned once stays so, whatever the setting is then.
    this.#back ||= whole && this.#asked > this.recovers && open === 'all';
    const back = whole && this.#back;
    return {
      status: back ? this.status : 'yellow',
      number_of_nodes: there.length,
      unassigned_shards: back ? 0 : 4,
      initializing_shards: 0,
    };
  }

  answer(host: MemberHost, request: NodeRequest): Result<NodeResponse> {
    const reply = (status: number, body: unknown): Result<NodeResponse> =>
      succeed({ status, headers: {}, body: new TextEncoder().encode(JSON.stringify(body)) });
    if (request.tls !== false)
      return fail(appError('COMMAND_FAILED', 'No TLS.', 'None.', { detail: 'tls-refused: plain' }));
    if (host.pid === 0)
      return fail(appError('COMMAND_FAILED', 'Nothing answers.', 'Start it.', { hostState: 'unchanged' }));
    const alone = host.starts === 'alone' && host.pid > 100;
    const path = request.path.replace(/\?.*$/, '');
    switch (`${request.method} ${path}`) {
      case 'GET /_cluster/health':
        return request.path.includes('timeout=1s') ? reply(200, {}) : reply(200, this.#health());
      case 'GET /_security/_authenticate':
        return reply(405, {});
      case 'GET /_cluster/state/version':
        return reply(200, { cluster_uuid: alone ? '_na_' : clusterUuid });
      case 'GET /_cluster/settings':
        return reply(200, {
          ...this.settings,
          defaults: { 'cluster.routing.allocation.enable': 'all' },
        });
      case 'PUT /_cluster/settings':
        return this.#set(request, reply);
      case 'POST /_flush':
        this.done.push('flush');
        return reply(200, {});
      default:
        throw new Error(`not taught: ${request.method} ${request.path}`);
    }
  }

  #set(
    request: NodeRequest,
    reply: (status: number, body: unknown) => Result<NodeResponse>,
  ): Result<NodeResponse> {
    const body = JSON.parse(String(request.body)) as Record<string, Record<string, string | null>>;
    for (const layer of ['persistent', 'transient'] as const)
      for (const [key, wanted] of Object.entries(body[layer] ?? {})) {
        this.done.push(`${layer} ${wanted ?? 'not set'}`);
        if (wanted === null) delete this.settings[layer][key];
        else this.settings[layer][key] = wanted;
      }
    return reply(200, { acknowledged: true });
  }

  readonly events: EngineEvents = {
    step: ({ note }) => this.notes.push(note),
    guard: () => undefined,
    waitLonger: () => Promise.resolve(this.longer.shift() ?? false),
  };

  async plan() {
    const requests = names.map((hostId) => ({
      findingId: `${hostId}/swap-safe`,
      hostId,
      controlId: 'swap-safe',
      changes: [{ kind: 'service-restart' as const, unit, rehearse: false }],
    }));
    const { installOf, of } = clusterFact(this.members, clusterUuid);
    return await planChanges(
      {
        requests,
        leftOut: [],
        memberOf: (hostId) => clusterMember(of(hostId), installOf),
        basis: names.map((hostId) => ({ hostId, scanId: 's', factsDigest: 'f' })),
        host: (hostId) => this.parts.sessions.open(hostId),
      },
      this.parts,
    );
  }

  async applied(signal?: AbortSignal) {
    const plan = value(await this.plan());
    const request = {
      plan,
      approvedDigest: plan.digest,
      factsDigest: () => Promise.resolve(succeed('f')),
    };
    return { plan, report: value(await applyPlan(request, this.parts, signal, this.events)) };
  }
}

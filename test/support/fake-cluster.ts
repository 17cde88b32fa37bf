/** A cluster behind one HTTP port as far as joining and leaving it goes; it refuses what it was not taught. */
import { certificateChecker } from '../../electron/adapters/pki/certificate-checker.ts';
import { certificateIssuer } from '../../electron/adapters/pki/certificate-issuer.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { NodeRequest, NodeResponse, TlsPeer } from '../../shared/engine/ports.ts';
import { value } from './change-harness.ts';

export interface FakeShard {
  readonly index: string;
  node: string;
  /** Whether another node may hold it. */
  readonly moves: boolean;
}

export class FakeCluster {
  readonly address = '10.0.0.1';
  caPem = '';
  #shown = '';
  status = 'green';
  enrolls = 'true';
  discovery = 'multi-node';
  /** What its certificate names. */
  names: readonly string[] = ['DNS:localhost', 'IP Address:10.0.0.1'];
  /** Whether the store of its HTTP certificate holds the key of the authority. */
  hasAuthorityKey = true;
  nodes = new Map([['one', { name: 'node-1', version: '8.19.21', transport: '10.0.0.1:9300' }]]);
  shards: FakeShard[] = [];
  settings: Record<'persistent' | 'transient', Record<string, string>> = { persistent: {}, transient: {} };
  voters: string[] = [];
  keys: string[] = [];
  /** What was done to it, in order. */
  readonly done: string[] = [];

  async begin(): Promise<this> {
    this.caPem = await this.makeCa();
    this.#shown = this.caPem;
    return this;
  }

  async makeCa(): Promise<string> {
    const made = await certificateIssuer.makeAuthority({
      name: 'ca',
      keyType: 'p-256',
      now: Date.now(),
      days: 9,
    });
    return value(made).certificatePem;
  }

  /** From now on it shows the certificates of somebody else. */
  show(pem: string): void {
    this.#shown = pem;
  }

  readonly answer = (request: NodeRequest): Result<NodeResponse> => {
    if (request.address !== this.address || request.port !== 9200)
      return fail(
        appError('COMMAND_FAILED', 'Nothing answers.', 'Start it.', {
          hostState: 'unchanged',
          detail: 'port-closed: refused',
        }),
      );
    if (request.tls === false) throw new Error('asked in clear');
    if (request.tls.caPem === 'observe-only') {
      if (request.credential !== undefined) throw new Error('a password for a stranger');
      return this.#reply(401, {});
    }
    if (request.tls.caPem !== this.#shown) throw new Error('trusted somebody else');
    return this.#answered(request);
  };

  #reply(status: number, body: unknown): Result<NodeResponse> {
    const summary = certificateChecker.summary(this.#shown);
    const peer: TlsPeer = {
      protocol: 'TLSv1.3',
      cipher: 'x',
      authorized: true,
      chain: summary === undefined ? [] : [{ ...summary, names: this.names, pem: this.#shown }],
    };
    return succeed({ status, headers: {}, body: new TextEncoder().encode(JSON.stringify(body)), peer });
  }

  #answered(request: NodeRequest): Result<NodeResponse> {
    const { method, body } = request;
    const path = request.path.replace(/\?.*$/, '');
    const given = typeof body === 'string' ? (JSON.parse(body) as Record<string, unknown>) : {};
    const known = `${method} ${path}`;
    switch (known) {
      case 'GET /_cluster/health':
        return this.#reply(200, { cluster_name: 'orders', status: this.status });
      case 'GET /_nodes/transport': {
        const nodes = [...this.nodes].map(([id, node]) => [
          id,
          {
            name: node.name,
            version: node.version,
            roles: ['master', 'data'],
            transport: { publish_address: node.transport },
          },
        ]);
        return this.#reply(200, { nodes: Object.fromEntries(nodes) as unknown });
      }
      case 'GET /_nodes/_local/settings':
        return this.#reply(200, {
          nodes: {
            one: {
              settings: {
                xpack: { security: { enrollment: { enabled: this.enrolls } } },
                discovery: { type: this.discovery },
              },
            },
          },
        });
      case 'GET /_ssl/certificates':
        return this.#reply(200, [
          { path: 'certs/http.p12', subject_dn: 'CN=node-1', issuer: 'CN=ca', has_private_key: true },
          {
            path: 'certs/http.p12',
            subject_dn: 'CN=ca',
            issuer: 'CN=ca',
            has_private_key: this.hasAuthorityKey,
          },
        ]);
      case 'GET /_cluster/settings':
        return this.#reply(200, this.settings);
      case 'PUT /_cluster/settings':
        return this.#set(given);
      case 'GET /_cat/shards':
        return this.#reply(
          200,
          this.shards.map(({ index, node }) => ({ index, shard: '0', state: 'STARTED', id: node })),
        );
      case 'GET /_cluster/state/metadata':
        return this.#reply(200, {
          metadata: {
            cluster_coordination: { voting_config_exclusions: this.voters.map((id) => ({ node_id: id })) },
          },
        });
      case 'POST /_cluster/voting_config_exclusions':
        this.done.push('give up vote');
        this.voters.push(/node_ids=([^&]+)/.exec(request.path)?.[1] ?? '');
        return this.#reply(200, {});
      case 'DELETE /_cluster/voting_config_exclusions':
        this.done.push('clear votes');
        this.voters = [];
        return this.#reply(200, {});
      default:
        throw new Error(`not taught: ${known}`);
    }
  }

  #set(given: Record<string, unknown>): Result<NodeResponse> {
    this.done.push(JSON.stringify(given));
    for (const scope of ['persistent', 'transient'] as const) {
      const part = (given[scope] ?? {}) as Record<string, string | null>;
      for (const [key, setting] of Object.entries(part)) {
        if (setting === null) delete this.settings[scope][key];
        else this.settings[scope][key] = setting;
        for (const shard of this.shards)
          if (shard.moves && (setting ?? '').split(',').includes(shard.node)) shard.node = 'one';
      }
    }
    return this.#reply(200, {});
  }
}

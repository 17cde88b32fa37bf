/** A client that writes all along into a cluster and tries another node when one refuses, and an eye on which nodes answer. */
import { request } from 'node:http';
import type { LabHost } from '../lab/index.ts';

/** Milliseconds: an election of a new master takes a few seconds on a loaded machine. */
const patience = 30_000;

interface Answer {
  readonly status: number;
  readonly body: string;
}

export function askOpen(host: LabHost, method: string, path: string, body?: string): Promise<Answer> {
  return new Promise((resolve) => {
    const call = request({
      host: host.address,
      port: 9200,
      path,
      method,
      timeout: 15_000,
      headers: { 'content-type': 'application/json' },
    });
    call.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve({ status: 0, body: '' }));
    call.end(body);
  });
}

export class ClusterClient {
  readonly #hosts: readonly LabHost[];
  readonly #index: string;
  #over = false;
  #work: Promise<unknown> | undefined;
  written = 0;
  /** Requests that no node took within half a minute. */
  failed = 0;
  /** Looks at all nodes at once. */
  looks = 0;
  /** The most nodes that did not answer in one look. */
  downAtOnce = 0;
  /** Names of nodes that did not answer, each once per time away. */
  readonly away: string[] = [];

  constructor(hosts: readonly LabHost[], index: string) {
    this.#hosts = hosts;
    this.#index = index;
  }

  begin(): this {
    this.#work = Promise.all([this.#write(), this.#watch()]);
    return this;
  }

  async end(): Promise<void> {
    this.#over = true;
    await this.#work;
  }

  async #write(): Promise<void> {
    for (let number = 0; !this.#over; number += 1) {
      const until = Date.now() + patience;
      let taken = false;
      for (let turn = number; !taken && Date.now() < until; turn += 1) {
        const host = this.#hosts[turn % this.#hosts.length];
        if (host === undefined) return;
        const path = `/${this.#index}/_doc/live-${number}?timeout=5s`;
        const { status } = await askOpen(host, 'PUT', path, '{"from":"a client"}');
        taken = status === 200 || status === 201;
        if (!taken) await new Promise((go) => setTimeout(go, 100));
      }
      if (taken) this.written += 1;
      else this.failed += 1;
      await new Promise((go) => setTimeout(go, 50));
    }
  }

  async #watch(): Promise<void> {
    let before: readonly string[] = [];
    while (!this.#over) {
      const seen = await Promise.all(
        this.#hosts.map(async (host) => [host.name, (await askOpen(host, 'GET', '/')).status] as const),
      );
      const down = seen.filter(([, status]) => status === 0).map(([name]) => name);
      this.looks += 1;
      this.downAtOnce = Math.max(this.downAtOnce, down.length);
      this.away.push(...down.filter((name) => !before.includes(name)));
      before = down;
      await new Promise((go) => setTimeout(go, 200));
    }
  }
}

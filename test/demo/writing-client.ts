/** A client that writes one small document after another into a cluster, whatever becomes of it, and counts what it was told. */
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';

/** How the client gets in: in clear, or trusting one authority and logging in. */
export type Entrance =
  | { readonly scheme: 'http' }
  | { readonly scheme: 'https'; readonly ca: string; readonly user: string; readonly password: string };

export interface Tally {
  /** Requests sent, answered with 201, and anything else. */
  readonly sent: number;
  readonly confirmed: number;
  readonly failed: number;
  /** The longest time without a confirmed document. Seconds. */
  readonly longestGap: number;
}

/** How long one answer is waited for. Milliseconds. */
const patience = 3000;

export class WritingClient {
  readonly #addresses: readonly string[];
  readonly #index: string;
  readonly #port: number;
  readonly #every: number;
  readonly #tallies = new Map<string, { -readonly [Name in keyof Tally]: Tally[Name] }>();
  #entrance: Entrance = { scheme: 'http' };
  #phase = '';
  #number = 0;
  #confirmedAt = Date.now();
  #running: Promise<void> | undefined;
  #over = false;
  readonly #confirmed: string[] = [];

  /**
   * @param addresses of the nodes, asked in turn
   * @param how port, 9200 unless given, and milliseconds between two documents, 250 unless given
   */
  constructor(
    addresses: readonly string[],
    index: string,
    how: { readonly port?: number; readonly every?: number } = {},
  ) {
    this.#addresses = addresses;
    this.#index = index;
    this.#port = how.port ?? 9200;
    this.#every = how.every ?? 250;
  }

  /** Requests count for this phase from now on. */
  phase(name: string): void {
    this.#phase = name;
    if (this.#running === undefined) this.#confirmedAt = Date.now();
    this.#tallies.set(name, { sent: 0, confirmed: 0, failed: 0, longestGap: 0 });
    this.#running ??= this.#writeOn();
  }

  /** The operator of the client was given a new way in. */
  enterBy(entrance: Entrance): void {
    this.#entrance = entrance;
  }

  get tallies(): Readonly<Record<string, Tally>> {
    return Object.fromEntries(this.#tallies);
  }

  /** Documents that a node confirmed, and that were sent at all: what the index must hold lies between. */
  get totals(): { readonly confirmed: number; readonly sent: number } {
    const all = [...this.#tallies.values()];
    const sum = (of: (tally: Tally) => number) => all.reduce((before, tally) => before + of(tally), 0);
    return { confirmed: sum(({ confirmed }) => confirmed), sent: sum(({ sent }) => sent) };
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.#running;
  }

  /** The text of an answer with status 200. Throws with the status or the reason of the connection. */
  async ask(path: string): Promise<string> {
    const { status, text } = await this.#send('GET', path);
    if (status !== 200) throw new Error(`${path} was answered with ${status}`);
    return text;
  }

  /** How many documents that a node confirmed to this client the index does not have. Throws where it cannot be asked. */
  async missing(): Promise<number> {
    let found = 0;
    for (let from = 0; from < this.#confirmed.length; from += 1000) {
      const ids = this.#confirmed.slice(from, from + 1000);
      const answer = await this.#send('POST', `/${this.#index}/_mget?_source=false`, JSON.stringify({ ids }));
      if (answer.status !== 200)
        throw new Error(`the documents were asked for and answered with ${answer.status}`);
      const { docs } = JSON.parse(answer.text) as { docs: { found?: boolean }[] };
      found += docs.filter((doc) => doc.found === true).length;
    }
    return this.#confirmed.length - found;
  }

  async #writeOn(): Promise<void> {
    while (!this.#over) {
      const tally = this.#tallies.get(this.#phase);
      this.#number += 1;
      if (tally) tally.sent += 1;
      const id = `live-${this.#number}`;
      const path = `/${this.#index}/_create/${id}?timeout=2s`;
      const written = await this.#send('PUT', path, '{"from":"the client that writes all along"}').catch(
        () => undefined,
      );
      if (tally) {
        if (written?.status === 201) tally.confirmed += 1;
        else tally.failed += 1;
        const gap = (Date.now() - this.#confirmedAt) / 1000;
        tally.longestGap = Math.max(tally.longestGap, Math.round(gap * 10) / 10);
      }
      if (written?.status === 201) {
        this.#confirmedAt = Date.now();
        this.#confirmed.push(id);
      }
      await new Promise((resolve) => setTimeout(resolve, this.#every));
    }
  }

  #send(method: string, path: string, body = ''): Promise<{ status: number; text: string }> {
    const entrance = this.#entrance;
    const options = {
      host: this.#addresses[this.#number % this.#addresses.length],
      port: this.#port,
      method,
      path,
      timeout: patience,
      agent: false,
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    };
    return new Promise((resolve, reject) => {
      const sent =
        entrance.scheme === 'http'
          ? overHttp(options)
          : overHttps({ ...options, ca: entrance.ca, auth: `${entrance.user}:${entrance.password}` });
      sent.once('timeout', () => sent.destroy(new Error('no answer in time')));
      sent.once('error', reject);
      sent.once('response', (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (part: string) => {
          text += part;
        });
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, text }));
        answer.once('error', reject);
      });
      sent.end(body);
    });
  }
}

import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { LabError, sleep, waitFor } from './command.ts';
import type { HostRecord } from './host-record.ts';
import { runInHost } from './inside.ts';
import type { Namespace } from './namespace.ts';
import type { Readiness } from './scenarios.ts';

export async function greetsAsSsh(address: string): Promise<true | undefined> {
  const greeting = await new Promise<string>((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 1000 });
    const end = (text: string) => {
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (data) => end(data.toString('latin1')));
    socket.on('error', () => end(''));
    socket.on('timeout', () => end(''));
    socket.on('close', () => end(''));
  });
  return greeting.startsWith('SSH-') ? true : undefined;
}

/** A scenario is ready when its node answers as promised, has its shards, and systemd calls the unit active. */
export async function waitUntilReady(space: Namespace, record: HostRecord, ready: Readiness): Promise<void> {
  if (ready.kind === 'ssh') return;
  const { scheme, status } = ready.kind === 'http' ? ready : { scheme: 'http', status: 200 };
  const base = `${scheme}://${record.address}:9200/_cluster/health`;
  const nodes = ready.kind === 'cluster' ? `wait_for_nodes=${ready.nodes}&` : '';
  const whole = `${base}?${nodes}wait_for_status=green&timeout=1s`;
  const auth = record.elasticPassword === undefined ? undefined : `elastic:${record.elasticPassword}`;
  // The nodes of a cluster start at the same time and share the processors.
  const patience = ready.kind === 'cluster' ? 360_000 : 180_000;
  const unit = `[ -d /run/systemd/system ] || { echo active; exit; }
    systemctl is-active elasticsearch; journalctl -u elasticsearch -n 30 --no-pager -o cat`;
  await waitFor(`${scheme} status ${status} from Elasticsearch on ${record.name}`, patience, async () => {
    const answer = await statusOf(status === 200 ? whole : base);
    if (answer !== undefined && answer !== status) return undefined;
    if (answer === status && auth !== undefined && (await statusOf(whole, auth)) !== 200) return undefined;
    const { stdout } = await runInHost(space, record, unit);
    if (stdout.startsWith('failed')) {
      throw new LabError(`Elasticsearch on ${record.name} did not start:\n${stdout}`);
    }
    if (answer === status && stdout.startsWith('active\n')) return true;
    await sleep(500);
    return undefined;
  });
}

/** HTTP status of a GET, certificates unchecked; undefined when there is no answer. Credentials as `user:password`. */
export function statusOf(url: string, auth?: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const options = { timeout: 5000, ...(auth === undefined ? {} : { auth }) };
    const request = url.startsWith('https:')
      ? httpsRequest(url, { ...options, rejectUnauthorized: false })
      : httpRequest(url, options);
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', () => resolve(undefined));
    request.end();
  });
}

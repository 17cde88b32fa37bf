/** Ways to ask a lab host that share nothing with the product. */
import { request } from 'node:http';
import { execute } from '../lab/command.ts';
import type { LabHost, Outcome } from '../lab/index.ts';

/** A plain HTTP GET from the outer machine without credentials; status 0 when nobody answers. */
export function asStranger(
  host: LabHost,
  path: string,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve) => {
    const call = request({ host: host.address, port: 9200, path, timeout: 10_000 });
    call.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve({ status: 0, body: '' }));
    call.end();
  });
}

/** A GET over TLS inside the host as the built-in user, the password on standard input. */
export function asElastic(host: LabHost, path: string): Promise<Outcome> {
  const script = `curl -sS -k -K - --retry 20 --retry-delay 1 --retry-all-errors --fail 'https://127.0.0.1:9200${path}'`;
  return host.run(script, { stdin: `user = "elastic:${host.elasticPassword ?? ''}"\n` });
}

/** The system's own ssh client, with the lab's key and the host's recorded key. */
export function overSsh(host: LabHost, command: string, stdin = ''): Promise<Outcome> {
  const options = [
    'BatchMode=yes',
    'IdentitiesOnly=yes',
    'ConnectTimeout=5',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${host.knownHostsFile}`,
  ].flatMap((option) => ['-o', option]);
  const target = `${host.user}@${host.address}`;
  return execute(['ssh', '-i', host.identityFile, ...options, target, command], { stdin, timeoutMs: 30_000 });
}

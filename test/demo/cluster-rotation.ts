/**
 * Renewing certificates and replacing the authority of the secured cluster, in the real window, while the client writes. Proven from
 * outside by openssl, which knows nothing of Bulwark.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningApp } from '../e2e/support/launch.ts';
import { execute } from '../lab/command.ts';
import type { LabHost } from '../lab/index.ts';
import type { JobWatch } from './main-job.ts';
import type { Entrance, WritingClient } from './writing-client.ts';

/** Phases in which no request of the client may fail. */
export const quietPhases = ['renew the certificates', 'replace the authority'] as const;

const minutes = 60_000;
const patience = 25 * minutes;

/** What a port of a node shows, and whether openssl accepts it by this one authority. */
export interface Shown {
  readonly host: string;
  readonly port: number;
  readonly serial: string;
  readonly issuer: string;
  readonly verified: boolean;
}

export interface Rotation {
  readonly before: readonly Shown[];
  readonly renewed: readonly Shown[];
  readonly replaced: readonly Shown[];
  /** What the operator was asked before the second round. */
  readonly asked: string;
  /** How the operator arranged that the client was not refused. */
  readonly arranged: string;
}

async function bundleOf(host: LabHost, path: string): Promise<string> {
  const read = await host.run(`cat '${path}'`);
  if (path === '' || read.code !== 0) throw new Error(`${path} of ${host.name} could not be read`);
  return read.stdout;
}

const field = (text: string, name: string) =>
  new RegExp(`^${name} ?= ?(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';

/** `s_client` for the handshake, `verify` for the certificate that it brought, with nothing but this authority. */
export async function shownBy(hosts: readonly LabHost[], ca: string): Promise<readonly Shown[]> {
  const folder = mkdtempSync(join(tmpdir(), 'shown-'));
  try {
    const caPath = join(folder, 'ca.pem');
    const leafPath = join(folder, 'leaf.pem');
    writeFileSync(caPath, ca);
    const shown: Shown[] = [];
    for (const host of hosts) {
      for (const port of [9200, 9300]) {
        const seen = await execute(
          [
            'sh',
            '-c',
            'openssl s_client -connect "$1" -CAfile "$2" -verify_return_error -verify_ip "$3" </dev/null 2>/dev/null',
            'sh',
            `${host.address}:${port}`,
            caPath,
            host.address,
          ],
          { timeoutMs: 40_000 },
        );
        const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(seen.stdout)?.[0] ?? '';
        writeFileSync(leafPath, pem);
        const verified = await execute(['openssl', 'verify', '-CAfile', caPath, leafPath], {
          timeoutMs: 20_000,
        });
        const said = await execute(['openssl', 'x509', '-in', leafPath, '-noout', '-serial', '-issuer'], {
          timeoutMs: 20_000,
        });
        shown.push({
          host: host.name,
          port,
          serial: field(said.stdout, 'serial'),
          issuer: field(said.stdout, 'issuer'),
          verified:
            seen.stdout.includes('Verify return code: 0 (ok)') && verified.stdout.trim().endsWith(': OK'),
        });
      }
    }
    return shown;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Why it is not as it should be; empty when all is well. */
export function wrongWith({ before, renewed, replaced }: Rotation): readonly string[] {
  const wrong: string[] = [];
  const issuers = (list: readonly Shown[]) => [...new Set(list.map(({ issuer }) => issuer))];
  for (const [when, list] of Object.entries({ before, renewed, replaced })) {
    for (const { host, port, verified } of list)
      if (!verified) wrong.push(`${when}: openssl does not accept what ${host}:${port} shows`);
    if (issuers(list).length !== 1) wrong.push(`${when}: the nodes do not have one issuer`);
  }
  for (const [from, to, what] of [
    [before, renewed, 'renewed'],
    [renewed, replaced, 'replaced'],
  ] as const)
    for (const [index, { host, port, serial }] of to.entries())
      if (serial === '' || serial === from[index]?.serial)
        wrong.push(`${host}:${port} shows the same certificate after it was ${what}`);
  if (issuers(renewed)[0] !== issuers(before)[0]) wrong.push('renewing changed the issuer');
  if (issuers(replaced)[0] === issuers(before)[0]) wrong.push('the authority is the old one');
  return wrong;
}

async function planFromCluster({ wizard }: RunningApp, button: string): Promise<void> {
  await wizard.goTo('Cluster');
  await wizard.page.getByRole('button', { name: button }).click();
  await wizard.apply.waitForPlan();
}

async function finished({ wizard }: RunningApp): Promise<void> {
  await wizard.apply.waitUntilFinished(patience);
  await wizard.waitUntilIdle(patience);
}

export async function rotate(
  app: RunningApp,
  hosts: readonly LabHost[],
  client: WritingClient,
  entrance: Extract<Entrance, { scheme: 'https' }>,
  watch: JobWatch,
  say: (line: string) => void,
): Promise<Rotation> {
  const { wizard } = app;
  const [first] = hosts;
  if (first === undefined) throw new Error('there is no host');
  const before = await shownBy(hosts, entrance.ca);
  watch.phase(quietPhases[0]);
  await planFromCluster(app, 'Renew certificates…');
  await watch.screen('renew-plan');
  await wizard.apply.apply();
  await finished(app);
  await watch.screen('renew-done');
  const renewed = await shownBy(hosts, entrance.ca);

  watch.phase(quietPhases[1]);
  await planFromCluster(app, 'Replace the authority…');
  await watch.screen('replace-plan');
  await wizard.apply.apply();
  await wizard.question.waitFor('clients-trust', patience);
  const dialog = wizard.question.dialog('clients-trust');
  await watch.screen('replace-asked');
  const asked = (await dialog.innerText()).replaceAll(/\s+/g, ' ');
  // The operator does what the question says.
  const caFile = /\/[^\s,]+\.crt/.exec(asked)?.[0] ?? '';
  client.enterBy({ ...entrance, ca: await bundleOf(first, caFile) });
  const arranged = `Before saying yes to round 2 the operator gave the client ${caFile} of ${first.name}, which holds both authorities.`;
  say(arranged);
  await dialog.getByRole('button', { name: /^Yes/ }).click();
  await finished(app);
  await watch.screen('replace-done');
  const last = await bundleOf(first, caFile);
  const replaced = await shownBy(hosts, last);
  await wizard.goTo('Cluster');
  await watch.screen('cluster-rotated');
  client.enterBy({ ...entrance, ca: last });
  return { before, renewed, replaced, asked, arranged };
}

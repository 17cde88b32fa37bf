/** What assessing one host costs, on a lab host with a running node. */
import { spawn } from 'node:child_process';
import { onTemporaryWorkspace } from '../../electron/headless/headless-service.ts';
import { assessHosts } from '../../electron/service/assessing.ts';
import type { Scan } from '../../shared/domain/finding.ts';
import { succeed } from '../../shared/domain/result.ts';
import type { LabHost } from '../lab/index.ts';
import { type Figure, figure, median, timed } from './figure.ts';

const pairs = 5;

function bareSsh(host: LabHost): Promise<number> {
  const args = ['-F', '/dev/null', '-o', 'BatchMode=yes', '-o', `UserKnownHostsFile=${host.knownHostsFile}`];
  return timed(
    () =>
      new Promise<void>((resolve, reject) => {
        const child = spawn('ssh', [
          ...args,
          '-i',
          host.identityFile,
          `${host.user}@${host.address}`,
          'true',
        ]);
        child.on('error', reject);
        child.on('close', (code) =>
          code === 0 ? resolve() : reject(new Error(`ssh ended with ${String(code)}`)),
        );
      }),
  );
}

export async function assessmentFigures(host: LabHost): Promise<readonly Figure[]> {
  const terminal = {
    out: () => undefined,
    err: () => undefined,
    readInput: () => Promise.resolve(''),
    signal: new AbortController().signal,
  };
  const measured = await onTemporaryWorkspace(
    { 'known-hosts': [host.knownHostsFile], quiet: true },
    terminal,
    async (headless) => {
      const { context, handlers } = headless.service;
      const added = await handlers.hosts.add({
        draft: {
          name: host.name,
          address: host.address,
          port: host.port,
          user: host.user,
          roles: ['elasticsearch'],
          login: { method: 'key-file', path: host.identityFile },
          sudo: 'passwordless',
        },
      });
      if (!added.ok) return added;
      const { hostId } = added.value;
      async function assess(): Promise<Scan> {
        const done = await headless.run('assess', 'bench', (handle) =>
          assessHosts(context, headless.workspace, [hostId], handle),
        );
        const scan = context.store.get().hosts[0]?.latest;
        if (!done.ok || scan === undefined) throw new Error(done.ok ? 'no scan' : done.error.message);
        return scan;
      }
      const cold: number[] = [];
      const bare: number[] = [];
      const scan = await assess();
      // In pairs, so that whatever else the machine does falls on both.
      for (let count = 0; count < pairs; count += 1) {
        bare.push(await bareSsh(host));
        cold.push(await timed(assess));
      }
      const held = await headless.workspace.connections.hold(hostId);
      if (!held.ok) return held;
      const warm: number[] = [];
      for (let count = 0; count < pairs; count += 1) warm.push(await timed(assess));
      return succeed({ scan, cold, bare, warm });
    },
  );
  if (!measured.ok) throw new Error(measured.error.message);
  const { scan, cold, bare, warm } = measured.value;
  const { cost } = scan;
  const own = median(warm);
  const beyond = median(cold.map((one, index) => (one - own) / (bare[index] ?? Number.NaN)));
  return [
    figure('connections per assessment', cost.connections, '', 'cold', 1),
    figure('execs per assessment', cost.execs, '', 'cold', 2),
    figure(
      'round trips per assessment',
      cost.roundTrips - 2 * cost.tunnels,
      '',
      `and ${cost.tunnels} requests to the node, two each`,
      9,
    ),
    figure('bare ssh host true', median(bare), 'ms', `median of ${pairs}`),
    figure('cold assessment', median(cold), 'ms', `median of ${pairs}, in pairs with the bare login`),
    figure('the probes’ own time', own, 'ms', `median of ${pairs}, over a connection that is up`),
    figure(
      'cold assessment ÷ bare login',
      median(cold.map((one, index) => one / (bare[index] ?? Number.NaN))),
      '×',
      'everything',
    ),
    figure('(cold assessment − probes) ÷ bare login', beyond, '×', 'what connecting costs beyond ssh', 1.3),
  ];
}

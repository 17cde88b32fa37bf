/**
 * The demonstration of a cluster: three nodes that answer everybody, with documents, become one secured cluster in the real
 * window, with `BULWARK_DEMO_ROTATION=1` get new certificates and another authority, go back to the open one, and are secured once
 * more, while a client writes all along. Called by `npm run demo:cluster` after set-up and build. Results lie in `out/demo-cluster`.
 */
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../shared/domain/report.ts';
import { appFolder, launchApp, type RunningApp } from '../e2e/support/launch.ts';
import { type Album, openAlbum } from '../e2e/support/screenshots.ts';
import { LabError, type LabHost, openLab } from '../lab/index.ts';
import { countDocuments, entranceOf, goBack, openCluster, secure, verifyCluster } from './cluster-job.ts';
import { quietPhases, type Rotation, rotate, wrongWith } from './cluster-rotation.ts';
import { type JobWatch, type Outcomes, report } from './main-job.ts';
import { createTelling } from './telling.ts';
import { reportFiles } from './workspace-reader.ts';
import { WritingClient } from './writing-client.ts';

const out = join('out', 'demo-cluster');
const cluster = 'open-cluster';
const index = 'orders';
const rotates = process.env['BULWARK_DEMO_ROTATION'] === '1';

const began = Number(process.env['BULWARK_STARTED'] ?? Date.now());
const telling = createTelling(began, (line) => process.stdout.write(line));
const { say } = telling;

interface Watch extends JobWatch {
  readonly seconds: Readonly<Record<string, number>>;
  close(): void;
}

function watching({ wizard }: RunningApp, album: Album, client: WritingClient): Watch {
  const seconds: Record<string, number> = {};
  let current = '';
  let since = Date.now();
  const close = () => {
    if (current !== '') seconds[current] = Math.round((Date.now() - since) / 100) / 10;
  };
  return {
    seconds,
    close,
    phase(name) {
      close();
      current = name;
      since = Date.now();
      client.phase(name);
      say(`In the window: ${name}`);
      telling.goingOn(name, async () => {
        const text = await wizard.runningWork.locator('.status-work').first().innerText({ timeout: 500 });
        return text.replaceAll(/\s+/g, ' ').replace(/ Cancel$/, '');
      });
    },
    screen: async (name) => await album.take(name),
    moment: async (name) => await album.snap(name),
  };
}

interface Count {
  readonly when: string;
  /** Documents of the index. */
  readonly holds: number;
  /** What was there before the client began, and what was confirmed to it. */
  readonly confirmed: number;
  /** Of those that were confirmed to the client, asked for one by one, how many the index does not have. */
  readonly missing: number;
}

interface Walked {
  readonly before: Outcomes;
  readonly after: Outcomes;
  readonly counts: readonly Count[];
  readonly rotation: Rotation | undefined;
  /** The sentences that the operator saw before each restart and before everything went back. */
  readonly told: readonly string[];
}

async function walk(
  app: RunningApp,
  hosts: readonly LabHost[],
  client: WritingClient,
  watch: Watch,
): Promise<Walked> {
  const held = await countDocuments(client, index);
  const counts: Count[] = [];
  const count = async (when: string) => {
    const { confirmed } = client.totals;
    const missing = await client.missing();
    const holds = await countDocuments(client, index);
    counts.push({ when, holds, confirmed: held + confirmed, missing });
    say(`${when}: ${holds} documents; ${missing} of ${held + confirmed} are missing`);
  };
  const first = hosts[0]?.name ?? '';
  const members = hosts.map((lab) => ({ lab, keyFile: app.give(lab.identityFile, `${lab.name}-key`) }));
  const before = await openCluster(app, members, watch);
  await count('open');
  const told = [await secure(app, watch, 'secure the cluster')];
  const entrance = await entranceOf(app, first);
  client.enterBy(entrance);
  const after = await verifyCluster(app, watch);
  await count('secured');
  const rotation = rotates ? await rotate(app, hosts, client, entrance, watch, say) : undefined;
  if (rotates) {
    watch.phase('certificates and authority are new');
    await count('certificates and authority replaced');
  } else say('Certificates and authority are not rotated: BULWARK_DEMO_ROTATION=1 does that.');
  await report(app.wizard, watch);
  told.push(await goBack(app, watch));
  client.enterBy({ scheme: 'http' });
  await count('open again');
  told.push(await secure(app, watch, 'secure it once more'));
  client.enterBy(await entranceOf(app, first));
  watch.phase('secured');
  await app.wizard.page.waitForTimeout(5000);
  await count('secured once more');
  watch.close();
  return { before, after, counts, rotation, told };
}

/** What was seen of each port before and after, by whom. */
function exposures(path: string) {
  const { hosts } = JSON.parse(readFileSync(path, 'utf8')) as Report;
  const seen = (of: 'before' | 'after') =>
    hosts.flatMap((host) =>
      (host[of]?.exposure ?? []).map(({ address, port, from, state, answersStranger }) => ({
        host: host.name,
        port: `${address}:${port}`,
        from: from ?? 'operator',
        state,
        answersStranger,
      })),
    );
  return { before: seen('before'), after: seen('after') };
}

/** How often systemd started the node since the lab brought it up. */
async function startsOf(host: LabHost): Promise<number> {
  const { stdout } = await host.run(
    "journalctl --no-pager -o cat -u elasticsearch.service | grep -c '^Started ' || true",
  );
  return Number(stdout.trim());
}

async function inTheWindow(hosts: readonly LabHost[], client: WritingClient): Promise<number> {
  const startsBefore = await Promise.all(hosts.map(startsOf));
  const app = await launchApp(appFolder(), { width: 1440, height: 900 });
  try {
    const album = openAlbum(app.wizard, join(out, 'screenshots'));
    const watch = watching(app, album, client);
    const { before, after, counts, rotation, told } = await walk(app, hosts, client, watch);
    await client.stop();
    for (const file of reportFiles(app.workspaces))
      copyFileSync(file, join(out, file.split('/').at(-1) ?? file));
    const starts = await Promise.all(hosts.map(startsOf));
    const wrong =
      rotation === undefined
        ? []
        : [
            ...wrongWith(rotation),
            ...quietPhases.flatMap((phase) => {
              const { failed, sent } = client.tallies[phase] ?? { failed: 0, sent: 0 };
              return failed > 0 || sent === 0 ? [`${phase}: ${failed} of ${sent} requests failed`] : [];
            }),
          ];
    const kept = counts.every(({ holds, confirmed, missing }) => missing === 0 && holds >= confirmed);
    const summary = {
      cluster,
      findings: { before, after },
      documents: counts,
      keptEveryDocument: kept,
      client: client.tallies,
      ...(rotation === undefined ? {} : { rotation, rotationWentWrong: wrong }),
      restarts: Object.fromEntries(
        hosts.map(({ name }, at) => [name, (starts[at] ?? 0) - (startsBefore[at] ?? 0)]),
      ),
      told,
      exposure: exposures(join(out, 'report.json')),
      seconds: { ...watch.seconds, all: Math.round((Date.now() - began) / 1000) },
      files: album.files.map((name) => `screenshots/${name}`),
      electron: process.env['BULWARK_ELECTRON_VERSION'] ?? '',
    };
    writeFileSync(join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
    for (const [phase, { sent, failed, longestGap }] of Object.entries(client.tallies))
      say(
        `  ${phase}: ${failed} of ${sent} requests of the client failed, at most ${longestGap} s between answers`,
      );
    say(`Results: ${out}/summary.json, report.pdf, report.json, report.dsse.json, signer.pem, screenshots/`);
    for (const one of wrong) say(`NOT AS IT SHOULD BE: ${one}`);
    return kept && wrong.length === 0 ? 0 : 1;
  } catch (error) {
    await app.wizard.page.screenshot({ path: join(out, 'failed.png') }).catch(() => undefined);
    throw error;
  } finally {
    await app.close();
  }
}

async function main(): Promise<number> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  say('Bringing up a cluster of three nodes that answers everybody (real Debian, real Elasticsearch)');
  telling.goingOn('bringing up the cluster');
  const lab = await openLab({ log: (line) => say(`  ${line}`) });
  let client: WritingClient | undefined;
  try {
    const hosts = await lab.upCluster(cluster);
    client = new WritingClient(
      hosts.map(({ address }) => address),
      index,
    );
    return await inTheWindow(hosts, client);
  } finally {
    await client?.stop();
    telling.goingOn('ending the cluster');
    await lab.down();
    telling.end();
  }
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(
      `The demonstration did not finish: ${error instanceof LabError || error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = 1;
  },
);

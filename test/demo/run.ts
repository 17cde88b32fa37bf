/**
 * The demonstration: a host that starts open to everybody ends hardened, verified and reported, in the real window. Called by
 * `npm run demo` after set-up and build. Results lie in `out/demo`.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { appFolder, launchApp, type RunningApp } from '../e2e/support/launch.ts';
import { type Album, openAlbum } from '../e2e/support/screenshots.ts';
import { type Lab, LabError, type LabHost, openLab } from '../lab/index.ts';
import {
  addHost,
  assess,
  connect,
  fixAgain,
  fixOne,
  fixTheRest,
  type JobHost,
  makeWorkspace,
  type Outcomes,
  oneChange,
  readOutcomes,
  report,
  rollBackOne,
  verify,
} from './main-job.ts';
import { createTelling } from './telling.ts';
import { reportFiles, scanCosts } from './workspace-reader.ts';

const out = join('out', 'demo');
const scenario = 'open-fresh';

const demoBegan = Number(process.env['BULWARK_STARTED'] ?? Date.now());
const telling = createTelling(demoBegan, (line) => process.stdout.write(line));
const { say } = telling;

/** The line at the bottom of the window, as it stands. */
async function runningWork({ wizard }: RunningApp): Promise<string> {
  const text = await wizard.runningWork.locator('.status-work').first().innerText({ timeout: 500 });
  return text.replaceAll(/\s+/g, ' ').replace(/ Cancel$/, '');
}

function count(outcomes: Outcomes): string {
  const counts = new Map<string, number>();
  for (const outcome of Object.values(outcomes)) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return ['fail', 'unknown', 'error', 'pass', 'not-applicable']
    .filter((outcome) => counts.has(outcome) || outcome === 'fail' || outcome === 'pass')
    .map((outcome) => `${counts.get(outcome) ?? 0} ${outcome}`)
    .join(', ');
}

interface Walked {
  readonly before: Outcomes;
  readonly after: Outcomes;
  readonly takenBack: {
    readonly change: string;
    readonly result: string;
    /** Outcomes that differ from the ones before it was taken back. */
    readonly changed: Outcomes;
    readonly madeAgain: Outcomes;
  };
}

async function walk(
  app: RunningApp,
  starting: Promise<JobHost>,
  album: Album,
  phases: Record<string, number>,
): Promise<Walked> {
  let began = Date.now();
  let current = '';
  const close = (): void => {
    if (current !== '') phases[current] = Math.round((Date.now() - began) / 100) / 10;
  };
  const watch = {
    phase(name: string) {
      close();
      current = name;
      began = Date.now();
      say(`In the window: ${name}`);
      telling.goingOn(name, () => runningWork(app));
    },
    screen: async (name: string) => await album.take(name),
    moment: async (name: string) => await album.snap(name),
  };
  await makeWorkspace(app.wizard, watch);
  close();
  current = '';
  telling.goingOn('bringing up the lab host');
  const host = await starting;
  const sources = `${host.lab.address.replace(/\.\d+$/, '.1')}/32`;
  await addHost(app.wizard, host);
  await connect(app.wizard, host, watch);
  const before = await assess(app.wizard, host, watch);
  say(`Before: ${count(before)}`);
  await fixOne(app.wizard, watch);
  await fixTheRest(app.wizard, sources, watch);
  const after = await verify(app.wizard, watch);
  say(`After: ${count(after)}`);
  const result = await rollBackOne(app.wizard, watch);
  const open = await readOutcomes(app.wizard);
  const moved = Object.keys(after).filter((id) => open[id] !== after[id]);
  say(`"${oneChange}" is ${result}; ${moved.join(' and ')} changed with it, everything else stays`);
  await fixAgain(app.wizard, sources, watch);
  const again = await readOutcomes(app.wizard);
  await report(app.wizard, watch);
  close();
  const pick = (from: Outcomes): Outcomes =>
    Object.fromEntries(moved.map((id) => [id, from[id] ?? 'missing']));
  return {
    before,
    after: again,
    takenBack: { change: oneChange, result, changed: pick(open), madeAgain: pick(again) },
  };
}

async function bringUp(lab: Lab, phases: Record<string, number>): Promise<LabHost> {
  const began = Date.now();
  const host = await lab.up(scenario);
  phases['lab host'] = Math.round((Date.now() - began) / 100) / 10;
  say(`${host.name} is up at ${host.address}: Elasticsearch answers everybody on port 9200`);
  return host;
}

async function main(): Promise<number> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  say('Bringing up a lab host that starts badly configured (real Debian, real Elasticsearch)');
  telling.goingOn('bringing up the lab host');
  const lab = await openLab({ log: (line) => say(`  ${line}`) });
  const phases: Record<string, number> = {};
  // The window opens, and a workspace is made in it, while the host starts.
  const starting = bringUp(lab, phases);
  // Whoever waits for it is told of a failure; until then it is nobody's.
  starting.catch(() => undefined);
  try {
    const app = await launchApp(appFolder(), { width: 1440, height: 900 });
    if (process.env['BULWARK_SCREEN'] === 'own') return await leaveWithOperator(app, await starting);
    const album = openAlbum(app.wizard, join(out, 'screenshots'));
    try {
      const { before, after, takenBack } = await walk(
        app,
        starting.then((lab) => ({
          lab,
          name: 'es-orders-1',
          keyFile: app.give(lab.identityFile, 'lab-key'),
        })),
        album,
        phases,
      );
      const files = reportFiles(app.workspaces);
      for (const file of files) copyFileSync(file, join(out, file.split('/').at(-1) ?? file));
      const summary = {
        scenario,
        before,
        after,
        takenBack,
        assessment: scanCosts(app.workspaces),
        seconds: { ...phases, all: Math.round((Date.now() - demoBegan) / 1000) },
        files: [
          ...readdirSync(out).filter((name) => name !== 'screenshots'),
          ...album.files.map((name) => `screenshots/${name}`),
        ],
        electron: process.env['BULWARK_ELECTRON_VERSION'] ?? '',
      };
      writeFileSync(join(out, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
      printSummary(before, after);
      say(
        `Results: ${out}/summary.json, report.pdf, report.json, report.dsse.json, signer.pem, screenshots/`,
      );
      say(
        `Verify the report yourself: npm run bulwark -- verify ${out}/report.pdf ${out}/report.json ${out}/report.dsse.json --certificate ${out}/signer.pem`,
      );
      const kept = Object.values(after).every((outcome) => outcome !== 'fail' && outcome !== 'error');
      return kept && takenBack.result === 'undone' && existsSync(join(out, 'report.pdf')) ? 0 : 1;
    } catch (error) {
      await app.wizard.page.screenshot({ path: join(out, 'failed.png') }).catch(() => undefined);
      throw error;
    } finally {
      await app.close();
    }
  } finally {
    telling.goingOn('ending the lab host');
    await starting.catch(() => undefined);
    await lab.down();
    telling.end();
  }
}

function printSummary(before: Outcomes, after: Outcomes): void {
  process.stdout.write(`\n${'control'.padEnd(26)}${'before'.padEnd(16)}after\n`);
  for (const id of Object.keys(before))
    process.stdout.write(`${id.padEnd(26)}${(before[id] ?? '').padEnd(16)}${after[id] ?? ''}\n`);
  process.stdout.write('\n');
}

/** With a screen of their own the operator drives: the window stays open in front of the lab host until it is closed. */
async function leaveWithOperator(app: RunningApp, host: LabHost): Promise<number> {
  const { address } = host;
  const keyFile = app.give(host.identityFile, 'lab-key');
  telling.end();
  say('The window is yours. The lab host lives until you close it.');
  say(`Add a host: address ${address}, user operator, key file ${keyFile}, sudo without password.`);
  await new Promise<void>((resolve) => {
    app.electron.once('close', () => resolve());
  });
  return 0;
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

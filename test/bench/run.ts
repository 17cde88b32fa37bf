/**
 * `npm run bench`: prints figures with their budgets and writes out/bench/summary.json. Ends with 0 also where a budget does
 * not hold: figures are judged by people, who know what else the machine was doing. Ends with 1 when nothing could be measured.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import { labPrerequisites, openLab } from '../lab/index.ts';
import { assessmentFigures } from './assessment.ts';
import type { Figure } from './figure.ts';
import { judgingFigures, reportFigures, startFigures, vaultFigures } from './machine.ts';

const figures: Figure[] = [];
const notMeasured: { readonly what: string; readonly why: string }[] = [];

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function line(one: Figure): string {
  const value = `${one.value}${one.unit === '' ? '' : ` ${one.unit}`}`;
  const budget =
    one.budget === undefined
      ? ''
      : `  at most ${one.budget}: ${one.holds === true ? 'holds' : 'DOES NOT HOLD'}`;
  return `  ${one.name.padEnd(44)} ${value.padStart(12)}${budget}  (${one.note})`;
}

async function measure(what: string, work: () => Promise<readonly Figure[]>): Promise<void> {
  try {
    for (const one of await work()) {
      figures.push(one);
      say(line(one));
    }
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    notMeasured.push({ what, why });
    say(`  ${what}: not measured: ${why}`);
  }
}

async function onLabHost(): Promise<readonly Figure[]> {
  const prerequisites = await labPrerequisites();
  if (!prerequisites.ok) throw new Error(prerequisites.missing);
  const lab = await openLab();
  try {
    return await assessmentFigures(await lab.up('open-fresh'));
  } finally {
    await lab.down();
  }
}

const load = loadavg()[0] ?? 0;
say(`Figures on ${availableParallelism()} processors, load ${load.toFixed(1)} at the start`);
await measure('judging', judgingFigures);
await measure('vault', vaultFigures);
await measure('report', reportFigures);
await measure('start of the app', startFigures);
await measure('assessment', onLabHost);

const folder = join('out', 'bench');
mkdirSync(folder, { recursive: true });
const summary = { processors: availableParallelism(), load, figures, notMeasured };
writeFileSync(join(folder, 'summary.json'), `${JSON.stringify(summary, null, 2)}\n`);
const broken = figures.filter((one) => one.holds === false);
say(
  broken.length === 0
    ? `Every budget holds. ${join(folder, 'summary.json')}`
    : `${broken.length} of ${figures.filter((one) => one.budget !== undefined).length} budgets do not hold here. ${join(folder, 'summary.json')}`,
);
process.exitCode = figures.length === 0 ? 1 : 0;

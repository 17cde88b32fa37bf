/**
 * The demonstration of never being locked out: new firewall rules are live, the operator's link is cut before access is
 * proven, nobody gets in any more, and the host heals itself. Called by `npm run demo:cut` after set-up. Two minutes at most.
 */

import { succeed } from '../../shared/domain/result.ts';
import { applyPlan } from '../../shared/engine/apply.ts';
import { interruptedSteps } from '../../shared/engine/recover.ts';
import { Ground, removeWorkplace, wait } from '../integration/crash-matrix/ground.ts';
import { kinds } from '../integration/crash-matrix/kinds/firewall-ruleset.ts';
import { furnish, openWorkplace, planFor } from '../integration/crash-matrix/workplace.ts';
import { LabError, openLab } from '../lab/index.ts';
import { value } from '../support/change-harness.ts';

const guardSeconds = 20;
/** Seconds within which the host must have put access back after the cut, beside the guard's own. */
const slack = 5;

const began = Date.now();
const seconds = (since: number) => (Date.now() - since) / 1000;

function say(line: string): void {
  process.stdout.write(`[${seconds(began).toFixed(0).padStart(3)} s] ${line}\n`);
}

interface Watched {
  /** Seconds after the cut during which a login from outside was seen to fail. */
  readonly dead: readonly number[];
  /** Seconds after the cut at which it worked again. */
  readonly back: number | undefined;
}

/** Tries to log in from outside once a second, until it works again after it did not. */
async function watchFromOutside(ground: Ground, cutAt: number): Promise<Watched> {
  const dead: number[] = [];
  while (seconds(cutAt) < guardSeconds + 30) {
    const entered = await ground.canEnter(ground.bystander);
    const rules = (await ground.see('nft list tables')).includes('bulwark') ? 'new rules' : 'old rules';
    const at = seconds(cutAt);
    say(
      `${at.toFixed(1).padStart(5)} s after the cut: SSH from outside ${entered ? 'works' : 'is dead '}  (${rules})`,
    );
    if (entered && dead.length > 0) return { dead, back: at };
    if (!entered) dead.push(at);
    await wait(1000);
  }
  return { dead, back: undefined };
}

async function demonstrate(ground: Ground): Promise<readonly string[]> {
  const wrong: string[] = [];
  const expect = (holds: boolean, sentence: string) => {
    if (!holds) wrong.push(sentence);
  };
  await ground.prepare();
  const before = await ground.state();
  const place = ground.workplace();
  await furnish(place);
  const { parts, close } = await openWorkplace(place);
  try {
    expect(await ground.canEnter(ground.bystander), 'SSH from outside did not work before');
    say(
      `A Debian host with sshd is up at ${ground.host.address}. SSH from outside (${ground.bystander}) works.`,
    );
    const change = await ground.kind.change(ground.see, ground.operator);
    if (change.kind !== 'firewall-ruleset') throw new TypeError('a firewall change is what is shown');
    const plan = await planFor(place.hostId, { ...change, guardSeconds }, parts);
    say(`Bulwark will let SSH in only from ${ground.operator}, guarded for ${guardSeconds} s. It begins.`);
    let cut: Promise<Watched> | undefined;
    let isCut: () => void = () => undefined;
    const cutting = new Promise<void>((resolve) => {
      isCut = resolve;
    });
    const applying = applyPlan(
      { plan, approvedDigest: plan.digest, factsDigest: () => Promise.resolve(succeed('f')) },
      parts,
      undefined,
      {
        guard: ({ state }) => say(`Guard on the host: ${state}`),
        step: ({ note }) => {
          if (cut !== undefined || !note.startsWith('Proving access')) return;
          ground.link.cut();
          say('The new rules are live. The operator’s link is CUT: nobody can get in any more.');
          cut = watchFromOutside(ground, Date.now());
          isCut();
        },
      },
    );
    const first = await Promise.race([applying, cutting]);
    if (cut === undefined) throw new Error(`the rules never became live: ${JSON.stringify(first)}`);
    const { dead, back } = await cut;
    expect(dead.length > 0, 'SSH from outside was never dead, so nothing was shown');
    expect(back !== undefined && back <= guardSeconds + slack, `access was back after ${back ?? 'never'} s`);
    if (back !== undefined)
      say(`The host has healed itself ${back.toFixed(0)} s after the cut. Nobody touched it.`);
    ground.link.heal();
    say('The operator’s link is mended. Bulwark looks at the host again.');
    const report = value(await applying);
    say(`Bulwark says: ${report.result}. ${report.steps.map(({ note }) => note).join(' ')}`);
    expect(report.result === 'failed', `the plan ended in "${report.result}"`);
    const open = value(await interruptedSteps(parts.journal, [place.hostId]));
    expect(open.length === 0, 'the journal still lists an interrupted step');
    expect((await ground.state()) === before, 'rules or files are not those of before');
    return wrong;
  } finally {
    await close();
    removeWorkplace(place);
  }
}

async function main(): Promise<number> {
  const [kind] = kinds;
  if (kind === undefined || 'pending' in kind) throw new TypeError('the firewall has a scenario');
  const lab = await openLab({ log: say });
  try {
    const ground = await Ground.open(lab, kind, false);
    const wrong = await demonstrate(ground);
    await ground.close();
    for (const sentence of wrong) say(`NOT AS PROMISED: ${sentence}.`);
    if (wrong.length === 0)
      say('Held: locked out by nobody, same rules and files as before, nothing open in the journal.');
    return wrong.length === 0 ? 0 : 1;
  } finally {
    await lab.down();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  say(error.message);
  process.exitCode = 1;
}

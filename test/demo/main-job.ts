/**
 * The main job, driven in the real window as an operator would: a host that starts open ends hardened, verified and
 * reported. The demonstration and the end-to-end test both walk this path; the test asserts along it.
 */
import { readFileSync } from 'node:fs';
import type { WizardApp } from '../e2e/screens/wizard-app.ts';
import type { LabHost } from '../lab/index.ts';

export const passphrase = 'a demonstration is not a secret 4711';

export interface JobWatch {
  /** Called when a phase begins. */
  phase(name: string): void;
  /** Called where a screenshot tells something. */
  screen(name: string): Promise<void>;
  /** The same for what stands only for a moment. */
  moment(name: string): Promise<void>;
}

export interface JobHost {
  readonly lab: LabHost;
  readonly name: string;
  readonly keyFile: string;
}

/** Outcomes by control id, as the review screen shows them. */
export type Outcomes = Readonly<Record<string, string>>;

export async function readOutcomes(wizard: WizardApp): Promise<Outcomes> {
  await wizard.goTo('Review');
  for (const outcome of ['Fail', 'Unknown', 'Error', 'Pass', 'Not applicable'])
    await wizard.review.filterOutcome(outcome, true);
  return Object.fromEntries(
    await wizard.review.list
      .locator('[data-control]')
      .evaluateAll((rows) =>
        rows.map((row) => [row.getAttribute('data-control') ?? '', row.getAttribute('data-outcome') ?? '']),
      ),
  ) as Outcomes;
}

/** `SHA256:…` of the key that the lab gave the host, computed from the public key line. */
export async function labFingerprint(host: LabHost): Promise<string> {
  const { createHash } = await import('node:crypto');
  const blob = readFileSync(host.knownHostsFile, 'utf8').trim().split(/\s+/)[2] ?? '';
  return `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '')}`;
}

export async function openWorkspace(wizard: WizardApp, host: JobHost, watch: JobWatch): Promise<void> {
  await makeWorkspace(wizard, watch);
  await addHost(wizard, host);
}

/** Needs no host yet. */
export async function makeWorkspace(wizard: WizardApp, watch: JobWatch): Promise<void> {
  watch.phase('start');
  await watch.screen('start');
  await wizard.start.newWorkspace('Orders cluster', 'Self-managed', passphrase);
  await wizard.goTo('Deployment');
  await watch.screen('deployment');
  await wizard.goTo('Hosts');
  await watch.screen('hosts-empty');
}

export async function addHost(wizard: WizardApp, host: JobHost): Promise<void> {
  await wizard.hosts.add({
    name: host.name,
    address: host.lab.address,
    user: host.lab.user,
    login: { method: 'key-file', path: host.keyFile },
    sudo: 'passwordless',
  });
}

export async function connect(wizard: WizardApp, host: JobHost, watch: JobWatch): Promise<void> {
  watch.phase('connect');
  await wizard.hosts.connect(host.name);
  await wizard.question.waitFor('host-key');
  await watch.screen('host-key');
  const shown = await wizard.question.fingerprint();
  const expected = await labFingerprint(host.lab);
  if (shown !== expected) throw new Error(`the dialog shows ${shown}, the host has ${expected}`);
  await wizard.question.trustKey();
  await wizard.hosts.waitUntilConnected(host.name);
  await watch.screen('hosts');
}

export async function assess(wizard: WizardApp, host: JobHost, watch: JobWatch): Promise<Outcomes> {
  watch.phase('assess');
  await wizard.goTo('Assess');
  await wizard.assess.start();
  await wizard.assess.waitUntilDone(host.name);
  await watch.screen('assess');
  const outcomes = await readOutcomes(wizard);
  await wizard.review.open('security-enabled');
  await watch.screen('review');
  return outcomes;
}

/** One finding, one click: the modes of the configuration. */
export async function fixOne(wizard: WizardApp, watch: JobWatch): Promise<void> {
  watch.phase('fix one finding');
  await wizard.review.fixNow('es-config-permissions');
  await wizard.apply.waitForPlan();
  await wizard.apply.diffs(wizard.apply.steps.first());
  await watch.screen('apply-one');
  await wizard.apply.apply();
  await wizard.apply.waitUntilFinished();
  await wizard.waitUntilIdle();
}

/** Everything else that fails and has a fix, as one plan. `sources` are CIDR blocks, one per line. */
export async function fixTheRest(wizard: WizardApp, sources: string, watch: JobWatch): Promise<void> {
  watch.phase('fix and secure');
  await wizard.goTo('Review');
  await wizard.review.addToPlan('es-service-user');
  await wizard.review.addToPlan('firewall-active', { 'Who may reach Elasticsearch over HTTP': sources });
  await wizard.review.addAllFixable();
  await watch.screen('review-planned');
  await wizard.review.makePlan();
  await wizard.apply.waitForPlan();
  await watch.screen('apply-plan');
  await wizard.apply.apply();
  await wizard.apply.guard
    .or(wizard.page.locator('[data-testid="apply-state"][data-state="finished"]'))
    .first()
    .waitFor({ state: 'attached', timeout: 800_000 });
  if (await wizard.apply.guard.isVisible()) await watch.moment('apply-guard');
  await wizard.apply.waitUntilFinished(800_000);
  await wizard.waitUntilIdle(200_000);
  await watch.screen('apply-done');
}

export async function verify(wizard: WizardApp, watch: JobWatch): Promise<Outcomes> {
  watch.phase('verify');
  await wizard.goTo('Verify');
  await wizard.verify.assessAgain();
  await wizard.waitUntilIdle();
  await watch.screen('verify');
  await wizard.goTo('Secrets');
  await watch.screen('secrets');
  await wizard.goTo('Cluster');
  await watch.screen('cluster');
  return await readOutcomes(wizard);
}

/** The title of the step that `rollBackOne` takes back: it concerns the host's firewall and nothing else. */
export const oneChange = 'Close every inbound TCP port that is not listed';

/** One change of many, from the history; every other one stays. */
export async function rollBackOne(wizard: WizardApp, watch: JobWatch): Promise<string> {
  watch.phase('roll one change back');
  await wizard.goTo('History');
  await wizard.history.undo(oneChange);
  await wizard.waitUntilIdle();
  const result = await wizard.history.resultOf(oneChange);
  await watch.screen('history-one-undone');
  return result;
}

/** Makes the change again that was taken back. */
export async function fixAgain(wizard: WizardApp, sources: string, watch: JobWatch): Promise<void> {
  watch.phase('make that change again');
  await wizard.goTo('Review');
  await wizard.review.fixNow('firewall-active', { 'Who may reach Elasticsearch over HTTP': sources });
  await wizard.apply.waitForPlan();
  await wizard.apply.apply();
  await wizard.apply.waitUntilFinished();
  await wizard.waitUntilIdle();
}

export async function report(wizard: WizardApp, watch: JobWatch): Promise<void> {
  watch.phase('report');
  await wizard.goTo('Report');
  await wizard.report.export(120_000);
  await wizard.waitUntilIdle();
  await watch.screen('report');
}

/**
 * The job of the cluster, driven in the real window: three nodes that answer everybody become one secured cluster in one plan,
 * and go back as a whole. A client writes all along; its operator takes password and authority out of the vault.
 */
import type { RunningApp } from '../e2e/support/launch.ts';
import type { LabHost } from '../lab/index.ts';
import { type JobWatch, labFingerprint, type Outcomes, passphrase, readOutcomes } from './main-job.ts';
import type { Entrance, WritingClient } from './writing-client.ts';

const minutes = 60_000;
/** One node after the other says what it does; on a busy machine that takes many minutes. */
const patience = 25 * minutes;

export interface ClusterMember {
  readonly lab: LabHost;
  readonly keyFile: string;
}

export async function openCluster(
  { wizard }: RunningApp,
  members: readonly ClusterMember[],
  watch: JobWatch,
): Promise<Outcomes> {
  watch.phase('connect');
  await wizard.start.newWorkspace('Orders cluster', 'Self-managed', passphrase);
  await wizard.goTo('Hosts');
  for (const { lab, keyFile } of members) {
    const login = { method: 'key-file', path: keyFile } as const;
    await wizard.hosts.add({ name: lab.name, address: lab.address, user: lab.user, login });
    await wizard.hosts.connect(lab.name);
    await wizard.question.waitFor('host-key');
    const [shown, expected] = [await wizard.question.fingerprint(), await labFingerprint(lab)];
    if (shown !== expected) throw new Error(`the dialog shows ${shown}, ${lab.name} has ${expected}`);
    await wizard.question.trustKey();
    await wizard.hosts.waitUntilConnected(lab.name);
  }
  await watch.screen('hosts');
  watch.phase('assess');
  await wizard.goTo('Assess');
  await wizard.assess.start();
  for (const { lab } of members) await wizard.assess.waitUntilDone(lab.name);
  await wizard.waitUntilIdle();
  await watch.screen('assess');
  await wizard.goTo('Cluster');
  await watch.screen('cluster-open');
  const outcomes = await readOutcomes(wizard);
  await wizard.review.open('security-enabled');
  await watch.screen('review');
  return outcomes;
}

/** Asked for one finding of one host: the plan holds all nodes, because they change together. Answers with what it announced. */
export async function secure({ wizard }: RunningApp, watch: JobWatch, name: string): Promise<string> {
  watch.phase(name);
  await wizard.goTo('Review');
  await wizard.review.fixNow('security-enabled');
  await wizard.apply.waitForPlan();
  await watch.screen('apply-plan');
  const words = await wizard.apply.steps.first().innerText();
  await wizard.apply.apply();
  await wizard.apply.waitUntilFinished(patience);
  await wizard.waitUntilIdle(patience);
  await watch.screen('apply-done');
  return (
    words.split('\n').find((line) => line.includes('the whole cluster is down')) ?? 'no restart was announced'
  );
}

/** What the client needs from now on, as its operator takes it out of the vault: by the clipboard. */
export async function entranceOf(
  { wizard, electron }: RunningApp,
  host: string,
): Promise<Extract<Entrance, { scheme: 'https' }>> {
  await wizard.goTo('Secrets');
  const copied = async (about: RegExp) => {
    await electron.evaluate(({ clipboard }) => clipboard.clear());
    await wizard.secrets.table.getByRole('button', { name: about }).first().click();
    for (let tries = 0; tries < 50; tries += 1) {
      const text = await electron.evaluate(({ clipboard }) => clipboard.readText());
      if (text !== '') return text;
      await wizard.page.waitForTimeout(100);
    }
    throw new Error(`nothing was copied for ${about}`);
  };
  const password = await copied(new RegExp(`^Copy .*elastic.*${host}`));
  const ca = await copied(new RegExp(`^Copy CA .*${host}`));
  return { scheme: 'https', ca, user: 'elastic', password };
}

export async function verifyCluster({ wizard }: RunningApp, watch: JobWatch): Promise<Outcomes> {
  watch.phase('verify');
  await wizard.goTo('Verify');
  await wizard.verify.assessAgain();
  await wizard.waitUntilIdle(10 * minutes);
  await watch.screen('verify');
  await wizard.goTo('Cluster');
  await watch.screen('cluster-secured');
  return await readOutcomes(wizard);
}

/** Everything goes back; answers with the sentences that the operator confirmed. */
export async function goBack({ wizard }: RunningApp, watch: JobWatch): Promise<string> {
  watch.phase('take everything back');
  await wizard.goTo('History');
  let told = '';
  await wizard.history.undoEverywhere(async (dialog) => {
    told = (await dialog.innerText()).replaceAll(/\s+/g, ' ');
    await watch.screen('undo-asked');
  });
  await wizard.waitUntilIdle(patience);
  await watch.screen('history');
  return told;
}

/** Documents of the operator's index, as the client's way in shows them. */
export async function countDocuments(client: WritingClient, index: string): Promise<number> {
  await client.ask(`/${index}/_refresh`).catch(() => undefined);
  const { count } = JSON.parse(await client.ask(`/${index}/_count`)) as { count: number };
  return count;
}

import { expect, it } from 'vitest';
import type { Change } from '../../shared/domain/change.ts';
import type { Plan, Step } from '../../shared/domain/plan.ts';
import { install } from '../../test/support/facts.ts';
import { clientsTrustFirst } from './clients-question.ts';
import type { PlainAnswer, QuestionDraft } from './questions.ts';

const rollOver = { to: 'a'.repeat(64), hosts: ['one', 'two'] };
const pem = '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n';
const trust: Change = {
  kind: 'authority-trust',
  install,
  rollOver: { ...rollOver, round: 1 },
  files: [{ form: 'pem', path: '/etc/elasticsearch/certs/http_ca.crt' }],
  oldPem: pem,
  newPem: pem,
  httpCaRef: 'ca',
  authorityRef: 'authority',
};
const certificate: Change = {
  kind: 'certificate-install',
  use: 'transport',
  files: {
    form: 'pkcs12',
    store: { path: '/s.p12', owner: 'root', group: 'root', mode: '0660' },
    password: { from: 'vault', ref: 'store' },
  },
  key: { from: 'vault', ref: 'key' },
  issue: { authorityRef: 'authority/next', keyType: 'p-256', days: 730, issuerName: 'CN=new' },
  rollOver: { ...rollOver, round: 2 },
  names: ['one'],
};
const step = (id: string, change: Change): Step => ({
  id,
  hostId: 'one',
  change,
  controls: [],
  title: id,
  words: [],
  diffs: [],
  blast: 'reload',
  outageSeconds: 0,
  guarded: false,
  nothingToDo: false,
});
const [first, second] = [step('1', trust), step('2', certificate)];
const plan: Plan = { id: 'p', createdAt: '', digest: '', basis: [], steps: [first, second], leftOut: [] };

function asking(answer: PlainAnswer) {
  const asked: QuestionDraft[] = [];
  const ask = (question: QuestionDraft) => {
    asked.push(question);
    return Promise.resolve(answer);
  };
  const mayBegin = clientsTrustFirst(
    { questions: { ask } } as never,
    { host: () => undefined },
    plan,
    new AbortController().signal,
  );
  return { asked, mayBegin: (steps: readonly Step[]) => mayBegin(steps, () => Promise.resolve()) };
}

it('is asked once, before the first certificate of the new authority', async () => {
  const { asked, mayBegin } = asking('go-on');
  expect(await mayBegin([first])).toBeUndefined();
  expect(asked).toEqual([]);
  expect(await mayBegin([second])).toBeUndefined();
  expect(await mayBegin([second])).toBeUndefined();
  expect(asked).toMatchObject([
    {
      type: 'clients-trust',
      file: '/etc/elasticsearch/certs/http_ca.crt',
      hostNames: ['one', 'two'],
      authority: 'CN=new',
    },
  ]);
});

it('stops there without a yes, and says what clients need', async () => {
  const refused = await asking('cancel').mayBegin([second]);
  expect(refused).toMatchObject({ code: 'CANCELLED', hostState: 'changed' });
  expect(refused?.nextStep).toContain('/etc/elasticsearch/certs/http_ca.crt');
});

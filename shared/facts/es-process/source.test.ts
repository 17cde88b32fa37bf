import { expect, it } from 'vitest';
import { canary, readFact } from '../../../test/support/fact-probe.ts';
import { esProcess } from './source.ts';

it('es-process keeps names of secrets and nothing else of them', () => {
  const process = readFact(
    esProcess,
    `@@ pid\n700\n@@ owner\ndeploy|1001|deploy\n@@ age\n55\n@@ arguments\njava\n-Xmx1g\n-Dmy.password=${canary}\n@@ launcher\n-Des.path.conf=/c\n@@ environment\nES_HOME\nELASTIC_PASSWORD\n`,
  );
  expect(process).toMatchObject({
    pid: 700,
    user: 'deploy',
    uid: 1001,
    ageSeconds: 55,
    secretLikeArguments: ['my.password', 'ELASTIC_PASSWORD'],
  });
  expect(JSON.stringify(process)).not.toContain(canary);
  expect(readFact(esProcess, '@@ pid\n\n')).toBeNull();
});

it('es-process names processes that only look like a node, and believes no strange name', () => {
  const process = readFact(
    esProcess,
    '@@ pid\n700\n@@ lookalikes\n12 mallory|13 eve|x y|14 a b|99\n@@ owner\ndeploy|1001|deploy\n',
  );
  expect(process).toMatchObject({
    lookalikes: [
      { pid: 12, user: 'mallory' },
      { pid: 13, user: 'eve' },
    ],
  });
});

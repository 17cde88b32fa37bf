import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { labPath } from './cache-folder.ts';
import { must } from './command.ts';
import { withLock } from './lock.ts';

/** How the lab's hosts are entered. Made once per cache folder, never part of the project. */
export interface Credentials {
  readonly identityFile: string;
  readonly publicKey: string;
  /** Password of the people `operator` and `deploy`. */
  readonly passwords: Readonly<Record<'operator' | 'deploy', string>>;
}

export async function labCredentials(): Promise<Credentials> {
  const folder = labPath('keys', 'people');
  if (!existsSync(folder)) {
    await withLock('keys', async () => {
      if (existsSync(folder)) return;
      const draft = `${folder}.tmp-${process.pid}`;
      mkdirSync(draft, { recursive: true, mode: 0o700 });
      const key = ['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', `${draft}/id_ed25519`];
      await must('Making the lab key', key);
      for (const user of ['operator', 'deploy']) {
        writeFileSync(`${draft}/${user}.password`, `lab-${randomBytes(9).toString('base64url')}`, {
          mode: 0o600,
        });
      }
      renameSync(draft, folder);
    });
  }
  const read = (name: string) => readFileSync(`${folder}/${name}`, 'utf8').trim();
  return {
    identityFile: `${folder}/id_ed25519`,
    publicKey: read('id_ed25519.pub'),
    passwords: { operator: read('operator.password'), deploy: read('deploy.password') },
  };
}

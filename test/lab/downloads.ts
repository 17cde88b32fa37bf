import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { labPath } from './cache-folder.ts';
import { LabError, must } from './command.ts';
import type { Log } from './layer.ts';
import { withLock } from './lock.ts';
import { type Artifact, MAVEN_COPY } from './versions.ts';

/** Downloads once, checks against the pinned digest, and answers the path. A wrong file never gets its final name. */
export async function fetchArtifact(artifact: Artifact, log: Log): Promise<string> {
  const target = labPath('zips', artifact.file);
  if (existsSync(target)) return target;
  return withLock(`fetch-${artifact.file}`, async () => {
    if (existsSync(target)) return target;
    const started = Date.now();
    log(`downloading ${artifact.file} (${artifact.megabytes} MB) ...`);
    const folder = labPath('zips', `.tmp-${process.pid}-${artifact.file}`);
    mkdirSync(folder, { recursive: true });
    const repository = labPath('maven');
    await must(`Downloading ${artifact.file} from Maven Central`, [
      'setpriv',
      '--pdeathsig',
      'KILL',
      'mvn',
      '-q',
      '-B',
      `-Dmaven.repo.local=${repository}`,
      MAVEN_COPY,
      `-Dartifact=${artifact.coordinates}`,
      `-DoutputDirectory=${folder}`,
    ]);
    const file = join(folder, artifact.file);
    const digest = await sha512(file);
    if (digest !== artifact.sha512) {
      rmSync(folder, { recursive: true, force: true });
      throw new LabError(
        `${artifact.file} has the digest ${digest.slice(0, 16)}..., not the pinned one; refused.`,
      );
    }
    renameSync(file, target);
    rmSync(folder, { recursive: true, force: true });
    const [group = '', name = ''] = artifact.coordinates.split(':');
    rmSync(join(repository, ...group.split('.'), name), { recursive: true, force: true });
    const megabytes = (statSync(target).size / 1e6).toFixed(0);
    log(`downloaded ${artifact.file}: ${megabytes} MB, ${((Date.now() - started) / 1000).toFixed(0)} s`);
    return target;
  });
}

async function sha512(file: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

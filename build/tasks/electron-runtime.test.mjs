// @ts-check
/** The way to the official Electron, walked with its own installer against a mirror of ours: no network, nothing of the checkout is touched. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { inProject } from './lib/paths.mjs';

const scratch = mkdtempSync(path.join(tmpdir(), 'bulwark-official-'));
const about = /** @type {{ version: string }} */ (
  JSON.parse(readFileSync(inProject('node_modules', 'electron', 'package.json'), 'utf8'))
);
const { version } = about;
const zipName = `electron-v${version}-${process.platform}-${process.arch}.zip`;
const archive = zip([
  ['version', version, 0o644],
  ['electron', '#!/bin/sh\necho "the official one"\n', 0o755],
]);

/** @type {string[]} */
let asked = [];
let refuse = false;
const mirror = createServer((request, response) => {
  const file = request.url ?? '';
  asked.push(file);
  if (refuse) response.writeHead(403).end();
  else if (file === `/v${version}/${zipName}`) response.writeHead(200).end(archive);
  else if (file === `/v${version}/SHASUMS256.txt`)
    response.writeHead(200).end(`${createHash('sha256').update(archive).digest('hex')} *${zipName}\n`);
  else response.writeHead(404).end();
});

/**
 * A ZIP archive as the official one is made, only stored and not compressed.
 *
 * @param {readonly (readonly [name: string, content: string, mode: number])[]} files
 */
function zip(files) {
  /** @type {Buffer[]} */
  const bodies = [];
  /** @type {Buffer[]} */
  const directory = [];
  let offset = 0;
  for (const [name, content, mode] of files) {
    const data = Buffer.from(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt32LE(crc32(data), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const body = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), data]);
    const more = Buffer.alloc(14);
    more.writeUInt32LE(((0o100000 | mode) << 16) >>> 0, 6);
    more.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), common, more, Buffer.from(name)]),
    );
    bodies.push(body);
    offset += body.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, entries, Buffer.from('PK\x05\x06'), end]);
}

/**
 * @param {NodeJS.ProcessEnv} [environment]
 * @returns {Promise<{ code: number | null, out: string, said: string }>}
 */
async function ask(environment = {}) {
  const port = /** @type {import('node:net').AddressInfo} */ (mirror.address()).port;
  const child = spawn(process.execPath, [path.join(scratch, 'build', 'tasks', 'electron-runtime.mjs')], {
    env: {
      PATH: process.env['PATH'],
      HOME: scratch,
      TMPDIR: scratch,
      BULWARK_CACHE: path.join(scratch, 'cache'),
      BULWARK_ELECTRON_SOURCE: 'official',
      ELECTRON_MIRROR: `http://127.0.0.1:${port}/`,
      ...environment,
    },
  });
  let out = '';
  let said = '';
  child.stdout.on('data', (/** @type {Buffer} */ chunk) => (out += chunk.toString()));
  child.stderr.on('data', (/** @type {Buffer} */ chunk) => (said += chunk.toString()));
  /** @type {number | null} */
  const code = await new Promise((resolve) =>
    child.on('close', (/** @type {number | null} */ ended) => resolve(ended)),
  );
  return { code, out: out.trim(), said };
}

beforeAll(async () => {
  cpSync(inProject('build', 'tasks'), path.join(scratch, 'build', 'tasks'), { recursive: true });
  cpSync(inProject('package.json'), path.join(scratch, 'package.json'));
  mkdirSync(path.join(scratch, 'node_modules'));
  for (const name of readdirSync(inProject('node_modules')).filter((one) => one !== 'electron'))
    symlinkSync(inProject('node_modules', name), path.join(scratch, 'node_modules', name));
  cpSync(inProject('node_modules', 'electron'), path.join(scratch, 'node_modules', 'electron'), {
    recursive: true,
    // What this machine may have of the real one stays out.
    filter: (file) => !['dist', 'path.txt'].includes(path.basename(file)),
  });
  await new Promise((resolve) => mirror.listen(0, '127.0.0.1', () => resolve(undefined)));
});

beforeEach(() => {
  asked = [];
  refuse = false;
});

afterAll(() => {
  mirror.close();
  rmSync(scratch, { recursive: true, force: true });
});

test('a download that cannot be reached is said to be just that', async () => {
  refuse = true;
  const { code, said } = await ask();
  expect(code).toBe(1);
  expect(said).toContain('The official Electron could not be had: its download is not reachable.');
  expect(asked).toContain(`/v${version}/${zipName}`);
});

test('an archive with another digest than the npm package pins is refused, and said to be that', async () => {
  const { code, said } = await ask();
  expect(code).toBe(1);
  expect(said).toContain('its download has not the digest that the npm package pins');
  expect(readdirSync(path.join(scratch, 'node_modules', 'electron'))).not.toContain('dist');
});

test('with the right digest it is fetched, unpacked and chosen, and the second time nothing is asked for', async () => {
  // The mirror's own list of digests instead of the pinned one: only so can an archive of ours be the right one.
  const first = await ask({ electron_use_remote_checksums: '1' });
  const executable = path.join(scratch, 'node_modules', 'electron', 'dist', 'electron');
  expect(first).toMatchObject({ code: 0, out: executable });
  expect(asked).toContain(`/v${version}/SHASUMS256.txt`);
  expect(readFileSync(executable, 'utf8')).toContain('the official one');
  asked = [];
  refuse = true;
  expect(await ask()).toMatchObject({ code: 0, out: executable });
  expect(asked).toEqual([]);
});

test('a version that package.json does not pin is not chosen', async () => {
  const dist = path.join(scratch, 'node_modules', 'electron', 'dist', 'version');
  writeFileSync(dist, '33.2.1');
  refuse = true;
  const { code } = await ask();
  expect(code).toBe(1);
});

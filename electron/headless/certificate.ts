/** `bulwark certificate`: requests for an authority outside of Bulwark go out as files, and what it signed comes in. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { chosenNames, knownNames } from '../../shared/controls/certificate-names.ts';
import { type KeyType, keyTypes } from '../../shared/domain/changes/certificates.ts';
import { appError } from '../../shared/domain/error.ts';
import type { Host } from '../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import {
  broughtCertificate,
  makeRequest,
  requestOf,
  takeCertificate,
} from '../../shared/engine/certificates/brought.ts';
import { factsOf } from '../service/assessing.ts';
import { engineParts, requireVault } from '../service/engine-work.ts';
import { assessChosen } from './assess.ts';
import type { Command, Output } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { fileOf } from './file-of.ts';
import { type Headless, onWorkspace } from './headless-service.ts';
import { chosenHosts } from './host-options.ts';
import { connecting, inWorkspace, usage } from './options.ts';
import { plain } from './words.ts';

const partsOf = (headless: Headless) => engineParts(headless.service.context, headless.workspace);

/** Each host's own by its facts, where none were given. */
async function namesFor(
  headless: Headless,
  hosts: readonly Host[],
): Promise<Result<ReadonlyMap<string, readonly string[]>>> {
  const { names } = headless.options;
  if (names !== undefined) {
    const read = chosenNames(names.replaceAll(',', ' '));
    if (hosts.length > 1) return fail(usage('--names is for one host: give --host NAME'));
    return read.ok
      ? succeed(new Map(hosts.map(({ id }) => [id, read.names])))
      : fail(usage(`Neither host names nor addresses: ${read.wrong.slice(0, 3).join(', ') || 'none given'}`));
  }
  const assessed = await assessChosen(headless, hosts);
  if (!assessed.ok) return assessed;
  const unread = assessed.value.find(({ error }) => error !== undefined)?.error;
  if (unread !== undefined) return fail(unread);
  return succeed(
    new Map(
      hosts.map(({ id }) => {
        const facts = factsOf(headless.workspace, id);
        return [id, facts === undefined ? [] : knownNames(facts).map(({ name }) => name)];
      }),
    ),
  );
}

function keyTypeOf(given: string | undefined): KeyType | undefined {
  return keyTypes.find((type) => type === (given ?? 'p-256'));
}

async function request(headless: Headless, hosts: readonly Host[]): Promise<Result<Output>> {
  const { out, force, 'key-type': given } = headless.options;
  const keyType = keyTypeOf(given);
  if (out === undefined) return fail(usage('Say where the requests go: --out FOLDER'));
  if (keyType === undefined) return fail(usage(`--key-type is ${keyTypes.join(' or ')}`));
  const names = await namesFor(headless, hosts);
  if (!names.ok) return names;
  const made: { host: string; file: string; names: readonly string[] }[] = [];
  const files: { path: string; text: string }[] = [];
  for (const { id, name } of hosts) {
    const wish = { hostId: id, names: names.value.get(id) ?? [], keyType, anew: force === true };
    const one = await makeRequest(partsOf(headless), wish);
    if (!one.ok) return one;
    const path = join(resolve(out), `${name.replace(/[^A-Za-z0-9._-]/g, '_')}.csr`);
    if (files.some((file) => file.path === path))
      return fail(usage(`Two hosts would share ${path}: give one of them with --host NAME`));
    files.push({ path, text: one.value.requestPem });
    made.push({ host: name, file: path, names: one.value.names });
  }
  try {
    await mkdir(resolve(out), { recursive: true });
    for (const { path, text } of files) await writeFile(path, text, { mode: 0o644 });
  } catch {
    return fail(
      appError('NOT_FOUND', `${resolve(out)} cannot be written.`, 'Give a folder that you can write.'),
    );
  }
  return succeed({
    exitCode: exitCodes.done,
    data: { requests: made },
    text: plain(
      [
        ...made.map((one) => `${one.host}: ${one.file}, for ${one.names.join(', ')}`),
        'Let your authority sign them for server and client authentication. The keys stay in your vault.',
        'Then: bulwark certificate take --host NAME --certificate FILE --authority FILE',
      ].join('\n'),
    ),
  });
}

async function take(headless: Headless, hosts: readonly Host[]): Promise<Result<Output>> {
  const { certificate, authority } = headless.options;
  const [host, ...others] = hosts;
  if (host === undefined || others.length > 0)
    return fail(usage('A certificate is for one host: give --host NAME'));
  if (certificate === undefined || authority === undefined)
    return fail(usage('--certificate FILE and --authority FILE are given together'));
  const [own, above] = [await fileOf(certificate), await fileOf(authority)];
  if (!own.ok || !above.ok) return own.ok ? (above as Result<never>) : own;
  const { secrets, certificates, clock } = partsOf(headless);
  const taken = await takeCertificate(
    { secrets, certificates, now: clock.now() },
    { hostId: host.id, certificatePem: own.value.toString(), caPem: above.value.toString() },
  );
  if (!taken.ok) return taken;
  const { subject, issuer, fingerprint256, notBefore, notAfter, names } = taken.value;
  return succeed({
    exitCode: exitCodes.done,
    data: { taken: { host: host.name, subject, issuer, fingerprint256, notBefore, notAfter, names } },
    text: plain(
      [
        `Taken for ${host.name}: ${subject}, issued by ${issuer}`,
        `SHA-256 ${fingerprint256}, valid ${notBefore} to ${notAfter}, for ${names.join(', ')}`,
        'Plan with --choice certificateFrom=brought to use it.',
      ].join('\n'),
    ),
  });
}

async function list(headless: Headless, hosts: readonly Host[]): Promise<Result<Output>> {
  const { secrets, certificates } = partsOf(headless);
  const known: { host: string; request: readonly string[] | null; certificate: string | null }[] = [];
  for (const { id, name } of hosts) {
    const out = await requestOf(secrets, id);
    const there = out.ok ? await broughtCertificate(secrets, id) : out;
    if (!out.ok || !there.ok) return out.ok ? (there as Result<never>) : out;
    const summary = certificates.summary(there.value?.certificatePem ?? '');
    known.push({
      host: name,
      request: out.value?.names ?? null,
      certificate:
        summary === undefined ? null : `${summary.subject}, ${summary.issuer}, until ${summary.notAfter}`,
    });
  }
  return succeed({
    exitCode: exitCodes.done,
    data: { certificates: known },
    text: plain(
      known
        .map(
          (one) =>
            `${one.host}: ${one.request === null ? 'no request' : `request for ${one.request.join(', ')}`}; ${one.certificate ?? 'no certificate'}`,
        )
        .join('\n'),
    ),
  });
}

export const certificateCommand: Command = {
  name: 'certificate',
  summary:
    'Bring certificates that your own authority signs: requests out, certificates in. Keys stay in the vault.',
  usage: [
    'bulwark certificate --workspace NAME --vault-passphrase-stdin [--json]',
    'bulwark certificate request --workspace NAME --vault-passphrase-stdin --out FOLDER [--host NAME …] [--names LIST] [--key-type p-256|rsa-3072] [--force]',
    'bulwark certificate take --workspace NAME --vault-passphrase-stdin --host NAME --certificate FILE --authority FILE',
  ],
  options: [...connecting, ...inWorkspace, 'out', 'names', 'key-type', 'certificate', 'authority', 'force'],
  async run({ options, words }, terminal) {
    const [word, ...more] = words;
    const act = word === undefined ? list : word === 'request' ? request : word === 'take' ? take : undefined;
    if (act === undefined || more.length > 0) return fail(usage(`Unexpected ${words.at(-1) ?? ''}`));
    return await onWorkspace(options, terminal, async (headless) => {
      const vault = await requireVault(headless.workspace);
      if (!vault.ok) return vault;
      const hosts = chosenHosts(headless.workspace, options);
      return hosts.ok ? await act(headless, hosts.value) : hosts;
    });
  },
};

/**
 * Certificates that an authority outside of Bulwark signs: a request goes out, the certificate comes in, perhaps days later. The
 * key is made for one node and lies in the vault from the request on; it never leaves it but for its own host.
 */
import { z } from 'zod';
import type { KeyType } from '../../domain/changes/certificates.ts';
import { keyTypes } from '../../domain/changes/certificates.ts';
import { appError } from '../../domain/error.ts';
import { fail, type Result, succeed } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import type { CertificateBundle, CertificateChecker, CertificateSummary, SecretStore } from '../ports.ts';
import type { CertificateIssuer } from './ports.ts';

type Keeping = Pick<SecretStore, 'get' | 'put'>;

const requestRef = (hostId: string) => `es/${hostId}/request`;
/** Key and certificate, and what is between that and its authority. */
export const broughtRef = (hostId: string) => `es/${hostId}/brought`;
const broughtAuthorityRef = (hostId: string) => `es/${hostId}/brought-authority`;

const requestSchema = z.strictObject({
  version: z.literal(1),
  names: z.array(z.string()).min(1).max(100),
  keyType: z.enum(keyTypes),
  requestPem: z.string(),
  keyPem: z.string(),
});

export interface NodeRequest {
  /** What the certificate has to cover. */
  readonly names: readonly string[];
  readonly keyType: KeyType;
  /** PKCS#10 in PEM form; public. */
  readonly requestPem: string;
}

interface Kept {
  readonly request: NodeRequest;
  readonly keyPem: Secret;
}

function refused(sentence: string, next: string): Result<never> {
  return fail(appError('PRECONDITION_FAILED', sentence, next, { hostState: 'unchanged' }));
}

async function optional(secrets: Pick<SecretStore, 'get'>, ref: string): Promise<Result<Secret | undefined>> {
  const found = await secrets.get(ref);
  return found.ok || found.error.code !== 'SECRET_MISSING' ? found : succeed(undefined);
}

async function keptRequest(
  secrets: Pick<SecretStore, 'get'>,
  hostId: string,
): Promise<Result<Kept | undefined>> {
  const found = await optional(secrets, requestRef(hostId));
  if (!found.ok || found.value === undefined) return found as Result<undefined>;
  const read = requestSchema.safeParse(parseJson(found.value.reveal()));
  if (!read.success)
    return refused('The request in the vault cannot be read.', 'Make a new request for this host.');
  const { names, keyType, requestPem, keyPem } = read.data;
  return succeed({ request: { names, keyType, requestPem }, keyPem: new Secret(keyPem) });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The public part of the request that is out for this host; undefined: none. Errors: those of the vault. */
export async function requestOf(
  secrets: Pick<SecretStore, 'get'>,
  hostId: string,
): Promise<Result<NodeRequest | undefined>> {
  const kept = await keptRequest(secrets, hostId);
  return kept.ok ? succeed(kept.value?.request) : kept;
}

export interface RequestWish {
  readonly hostId: string;
  /** DNS names and addresses, 1 to 100. */
  readonly names: readonly string[];
  readonly keyType: KeyType;
  /** Make a new key where a request with other names is out: certificates for the earlier one fit no longer. */
  readonly anew: boolean;
}

/**
 * The request for this host's node, kept with its key before anybody sees it. Asked again for the same names it is the same one, so
 * that a certificate which is on its way still fits.
 * Errors: PRECONDITION_FAILED (another one is out), INPUT_INVALID (names), those of the vault.
 */
export async function makeRequest(
  {
    secrets,
    issuer,
  }: { readonly secrets: Keeping; readonly issuer: Pick<CertificateIssuer, 'requestForNode'> },
  { hostId, names, keyType, anew }: RequestWish,
): Promise<Result<NodeRequest>> {
  const there = await keptRequest(secrets, hostId);
  if (!there.ok && !(anew && there.error.code === 'PRECONDITION_FAILED')) return there;
  const out = there.ok ? there.value?.request : undefined;
  const same = out !== undefined && out.keyType === keyType && sameNames(out.names, names);
  if (same && !anew) return succeed(out);
  if (out !== undefined && !anew)
    return refused(
      `A request for this host is out already, for ${out.names.join(', ')}. Nothing was changed.`,
      'Take the certificate for that one, or make a new request on purpose: a certificate for the earlier one fits no longer then.',
    );
  const made = await issuer.requestForNode({ name: (names[0] ?? '').slice(0, 64), names, keyType });
  if (!made.ok) return made;
  const { requestPem, keyPem } = made.value;
  const kept = await secrets.put(
    requestRef(hostId),
    new Secret(
      JSON.stringify({ version: 1, names: [...names], keyType, requestPem, keyPem: keyPem.reveal() }),
    ),
    `Key and request for a certificate of ${hostId}`,
  );
  return kept.ok ? succeed({ names, keyType, requestPem }) : kept;
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  const sorted = (names: readonly string[]) =>
    [...new Set(names.map((name) => name.toLowerCase()))].toSorted();
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

export interface GivenCertificate {
  readonly hostId: string;
  /** The certificate first, then what is between it and its authority. */
  readonly certificatePem: string;
  /** The authorities that nodes and clients are to trust. */
  readonly caPem: string;
}

/**
 * Takes what the authority signed for the request, after everything was looked at that Elasticsearch does not look at.
 * @param now milliseconds since 1970
 * Errors: INPUT_INVALID with all that is wrong, PRECONDITION_FAILED (no request is out), those of the vault. Nothing is kept then.
 */
export async function takeCertificate(
  {
    secrets,
    certificates,
    now,
  }: {
    readonly secrets: Keeping;
    readonly certificates: Pick<CertificateChecker, 'check' | 'summary'>;
    readonly now: number;
  },
  { hostId, certificatePem, caPem }: GivenCertificate,
): Promise<Result<CertificateSummary>> {
  if (/PRIVATE KEY/.test(certificatePem) || /PRIVATE KEY/.test(caPem))
    return wrong(
      'A file holds a private key. Only certificates belong here; the key of this node is in your vault already.',
    );
  const kept = await keptRequest(secrets, hostId);
  if (!kept.ok) return kept;
  if (kept.value === undefined)
    return refused(
      'No request is out for this host, so there is no key that the certificate could belong to.',
      'Make a request for this host, and let your authority sign that one.',
    );
  const { keyPem, request } = kept.value;
  const problems = certificates.check(
    { keyPem, certificatePem, caPem },
    { names: request.names, use: 'transport', now },
  );
  const summary = certificates.summary(certificatePem);
  if (problems.length > 0 || summary === undefined)
    return wrong(
      `The certificate does not fit: ${problems.map(({ sentence }) => sentence).join('; ')}. Nothing was kept.`,
    );
  if (
    pemBlocks(caPem).some((block) => certificates.summary(block)?.fingerprint256 === summary.fingerprint256)
  )
    return wrong('The file of the authority holds the certificate of the node itself. Nothing was kept.');
  const before = await optional(secrets, broughtRef(hostId));
  if (!before.ok) return before;
  const about = `certificate of ${hostId}, signed by an authority of yours`;
  for (const [ref, secret, words] of [
    ...(before.value === undefined
      ? []
      : ([[`${broughtRef(hostId)}/previous`, before.value, `Earlier: key and ${about}`]] as const)),
    [broughtAuthorityRef(hostId), new Secret(caPem), `Authority of the ${about}`],
    [broughtRef(hostId), new Secret(keyPem.reveal() + certificatePem), `Key and ${about}`],
  ] as const) {
    const put = await secrets.put(ref, secret, words);
    if (!put.ok) return put;
  }
  return succeed(summary);
}

function wrong(sentence: string): Result<never> {
  return fail(
    appError(
      'INPUT_INVALID',
      sentence,
      'Give the certificate that was signed for the request of this host, with the intermediate ones, and the certificate of its authority.',
      { hostState: 'unchanged' },
    ),
  );
}

const begin = '-----BEGIN CERTIFICATE-----';

/** Every certificate of a PEM text, as it stands there. */
export function pemBlocks(pem: string): readonly string[] {
  return pem.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+?-----END CERTIFICATE-----/g) ?? [];
}

/** What was brought for this host; undefined: nothing. Errors: those of the vault. */
export async function broughtCertificate(
  secrets: Pick<SecretStore, 'get'>,
  hostId: string,
): Promise<Result<CertificateBundle | undefined>> {
  const found = await optional(secrets, broughtRef(hostId));
  const authority = found.ok ? await optional(secrets, broughtAuthorityRef(hostId)) : found;
  if (!found.ok || !authority.ok) return found.ok ? (authority as Result<never>) : found;
  const text = found.value?.reveal() ?? '';
  const at = text.indexOf(begin);
  return succeed(
    at <= 0 || authority.value === undefined
      ? undefined
      : {
          keyPem: new Secret(text.slice(0, at)),
          certificatePem: text.slice(at),
          caPem: authority.value.reveal(),
        },
  );
}

/**
 * One greeting of TLS 1.2 or older (RFC 5246, RFC 8446 appendix D) and what the other side shows in clear before any secret is
 * agreed: version, suite, certificates, and whether it wants one of ours. Libraries no longer speak old versions and weak
 * suites; greeting by them needs none. The handshake is never finished. Answers are hostile and read strictly.
 */

export type Version = 0x0301 | 0x0302 | 0x0303;

export const versionNames: Readonly<Record<number, string>> = {
  0x0300: 'SSL 3.0',
  0x0301: 'TLS 1.0',
  0x0302: 'TLS 1.1',
  0x0303: 'TLS 1.2',
  0x0304: 'TLS 1.3',
};

/** By the names that Java and the IANA give them. */
const strong: Readonly<Record<number, string>> = {
  0xc02c: 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
  0xc02b: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  0xc030: 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384',
  0xc02f: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
  0xcca9: 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  0xcca8: 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
  0x009f: 'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384',
  0x009e: 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256',
  0xccaa: 'TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
};
/** Not broken; without forward secrecy, with CBC, or for keys that nobody makes any more. */
const usable: Readonly<Record<number, string>> = {
  0xc024: 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384',
  0xc023: 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256',
  0xc028: 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384',
  0xc027: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256',
  0xc00a: 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA',
  0xc009: 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA',
  0xc014: 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA',
  0xc013: 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA',
  0x009d: 'TLS_RSA_WITH_AES_256_GCM_SHA384',
  0x009c: 'TLS_RSA_WITH_AES_128_GCM_SHA256',
  0x0035: 'TLS_RSA_WITH_AES_256_CBC_SHA',
  0x002f: 'TLS_RSA_WITH_AES_128_CBC_SHA',
  0x003d: 'TLS_RSA_WITH_AES_256_CBC_SHA256',
  0x003c: 'TLS_RSA_WITH_AES_128_CBC_SHA256',
  0x006b: 'TLS_DHE_RSA_WITH_AES_256_CBC_SHA256',
  0x0067: 'TLS_DHE_RSA_WITH_AES_128_CBC_SHA256',
  0x0039: 'TLS_DHE_RSA_WITH_AES_256_CBC_SHA',
  0x0033: 'TLS_DHE_RSA_WITH_AES_128_CBC_SHA',
  0x00a3: 'TLS_DHE_DSS_WITH_AES_256_GCM_SHA384',
  0x00a2: 'TLS_DHE_DSS_WITH_AES_128_GCM_SHA256',
  0x006a: 'TLS_DHE_DSS_WITH_AES_256_CBC_SHA256',
  0x0040: 'TLS_DHE_DSS_WITH_AES_128_CBC_SHA256',
  0x0038: 'TLS_DHE_DSS_WITH_AES_256_CBC_SHA',
  0x0032: 'TLS_DHE_DSS_WITH_AES_128_CBC_SHA',
  0xc02e: 'TLS_ECDH_ECDSA_WITH_AES_256_GCM_SHA384',
  0xc02d: 'TLS_ECDH_ECDSA_WITH_AES_128_GCM_SHA256',
  0xc026: 'TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA384',
  0xc025: 'TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA256',
  0xc005: 'TLS_ECDH_ECDSA_WITH_AES_256_CBC_SHA',
  0xc004: 'TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA',
  0xc032: 'TLS_ECDH_RSA_WITH_AES_256_GCM_SHA384',
  0xc031: 'TLS_ECDH_RSA_WITH_AES_128_GCM_SHA256',
  0xc02a: 'TLS_ECDH_RSA_WITH_AES_256_CBC_SHA384',
  0xc029: 'TLS_ECDH_RSA_WITH_AES_128_CBC_SHA256',
  0xc00f: 'TLS_ECDH_RSA_WITH_AES_256_CBC_SHA',
  0xc00e: 'TLS_ECDH_RSA_WITH_AES_128_CBC_SHA',
};
/** Broken, without encryption or without any proof of who answers (RFC 7465, RFC 9155, Sweet32, FREAK). */
const weak: Readonly<Record<number, string>> = {
  0xc008: 'TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA',
  0xc012: 'TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA',
  0x0016: 'TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA',
  0x000a: 'TLS_RSA_WITH_3DES_EDE_CBC_SHA',
  0xc007: 'TLS_ECDHE_ECDSA_WITH_RC4_128_SHA',
  0xc011: 'TLS_ECDHE_RSA_WITH_RC4_128_SHA',
  0x0005: 'TLS_RSA_WITH_RC4_128_SHA',
  0x0004: 'TLS_RSA_WITH_RC4_128_MD5',
  0x0009: 'TLS_RSA_WITH_DES_CBC_SHA',
  0x0015: 'TLS_DHE_RSA_WITH_DES_CBC_SHA',
  0x0003: 'TLS_RSA_EXPORT_WITH_RC4_40_MD5',
  0x0008: 'TLS_RSA_EXPORT_WITH_DES40_CBC_SHA',
  0x0014: 'TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA',
  0xc006: 'TLS_ECDHE_ECDSA_WITH_NULL_SHA',
  0xc010: 'TLS_ECDHE_RSA_WITH_NULL_SHA',
  0x003b: 'TLS_RSA_WITH_NULL_SHA256',
  0x0002: 'TLS_RSA_WITH_NULL_SHA',
  0x0001: 'TLS_RSA_WITH_NULL_MD5',
  0xc018: 'TLS_ECDH_anon_WITH_AES_128_CBC_SHA',
  0xc019: 'TLS_ECDH_anon_WITH_AES_256_CBC_SHA',
  0x00a6: 'TLS_DH_anon_WITH_AES_128_GCM_SHA256',
  0x006c: 'TLS_DH_anon_WITH_AES_128_CBC_SHA256',
  0x0034: 'TLS_DH_anon_WITH_AES_128_CBC_SHA',
  0x00a7: 'TLS_DH_anon_WITH_AES_256_GCM_SHA384',
  0x006d: 'TLS_DH_anon_WITH_AES_256_CBC_SHA256',
  0x003a: 'TLS_DH_anon_WITH_AES_256_CBC_SHA',
  0x001b: 'TLS_DH_anon_WITH_3DES_EDE_CBC_SHA',
  0x001a: 'TLS_DH_anon_WITH_DES_CBC_SHA',
  0x0019: 'TLS_DH_anon_EXPORT_WITH_DES40_CBC_SHA',
  0x0018: 'TLS_DH_anon_WITH_RC4_128_MD5',
  0x0017: 'TLS_DH_anon_EXPORT_WITH_RC4_40_MD5',
  0xc017: 'TLS_ECDH_anon_WITH_3DES_EDE_CBC_SHA',
  0xc016: 'TLS_ECDH_anon_WITH_RC4_128_SHA',
  0xc015: 'TLS_ECDH_anon_WITH_NULL_SHA',
  0xc003: 'TLS_ECDH_ECDSA_WITH_3DES_EDE_CBC_SHA',
  0xc002: 'TLS_ECDH_ECDSA_WITH_RC4_128_SHA',
  0xc001: 'TLS_ECDH_ECDSA_WITH_NULL_SHA',
  0xc00d: 'TLS_ECDH_RSA_WITH_3DES_EDE_CBC_SHA',
  0xc00c: 'TLS_ECDH_RSA_WITH_RC4_128_SHA',
  0xc00b: 'TLS_ECDH_RSA_WITH_NULL_SHA',
  0x0013: 'TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA',
  0x0012: 'TLS_DHE_DSS_WITH_DES_CBC_SHA',
  0x0011: 'TLS_DHE_DSS_EXPORT_WITH_DES40_CBC_SHA',
  0x0006: 'TLS_RSA_EXPORT_WITH_RC2_CBC_40_MD5',
};

/** @param suite by the name that an answer gives it */
export const isStrong = (suite: string): boolean => Object.values(strong).includes(suite);

const named = { ...strong, ...usable, ...weak };
const codes = (of: Readonly<Record<number, string>>) => Object.keys(of).map(Number);

/** What a greeting offers; strong suites come first where both are there. */
export const greetings = {
  /** Everything that is not broken, by TLS 1.2. */
  current: { version: 0x0303, suites: [0xc02c, 0xc030, ...codes(strong), ...codes(usable)] },
  /** At most TLS 1.1, with every suite that it may have. */
  old: { version: 0x0302, suites: [...codes(usable), ...codes(weak)] },
  /** By TLS 1.2, nothing but broken suites. */
  weak: { version: 0x0303, suites: codes(weak) },
} as const satisfies Readonly<
  Record<string, { readonly version: Version; readonly suites: readonly number[] }>
>;

const number = (value: number, bytes: number) =>
  Array.from({ length: bytes }, (_, at) => (value >> (8 * (bytes - 1 - at))) & 0xff);
const block = (content: readonly number[], bytes: number) => [...number(content.length, bytes), ...content];
const extension = (type: number, content: readonly number[]) => [...number(type, 2), ...block(content, 2)];

/** The bytes to send. Nothing in it is secret: the handshake is never finished, so nothing is agreed by it. */
export function clientHello({
  version,
  suites,
}: {
  readonly version: Version;
  readonly suites: readonly number[];
}): Uint8Array {
  const groups = [0x001d, 0x0017, 0x0018, 0x0019].flatMap((group) => number(group, 2));
  const signatures = [
    0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0203, 0x0201, 0x0402, 0x0202,
  ].flatMap((one) => number(one, 2));
  const extensions = [
    ...extension(10, block(groups, 2)),
    ...extension(11, [1, 0]),
    ...(version === 0x0303 ? extension(13, block(signatures, 2)) : []),
    ...extension(0xff01, [0]),
  ];
  const body = [
    ...number(version, 2),
    ...Array.from({ length: 32 }, (_, at) => (at * 37 + 11) & 0xff),
    0,
    ...block(
      [...new Set(suites)].flatMap((suite) => number(suite, 2)),
      2,
    ),
    1,
    0,
    ...block(extensions, 2),
  ];
  return Uint8Array.from([0x16, 0x03, 0x01, ...block([0x01, ...block(body, 3)], 2)]);
}

export type HelloAnswer =
  | {
      readonly type: 'agreed';
      readonly version: string;
      readonly suite: string;
      /** In DER form, leaf first; undefined while the flight is not complete. */
      readonly chain: readonly Uint8Array[] | undefined;
      readonly asksForCertificate: boolean | undefined;
    }
  /** Refused in the words of TLS. */
  | { readonly type: 'refused'; readonly alert: number }
  /** So far nothing that tells, or nothing of TLS. */
  | { readonly type: 'unclear' };

const unclear: HelloAnswer = { type: 'unclear' };
const complete = 14;
/** More than any chain needs; a longer answer is no use. */
export const mostHelloBytes = 131_072;

/** Whether nothing that is still to come could tell more. */
export function isWhole(bytes: Uint8Array): boolean {
  if (bytes.length >= mostHelloBytes) return true;
  const answer = readHello(bytes);
  return answer.type === 'refused' || (answer.type === 'agreed' && answer.asksForCertificate !== undefined);
}

/** What has come so far. */
export function readHello(bytes: Uint8Array): HelloAnswer {
  const messages: Uint8Array[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const length = ((bytes[at + 3] ?? 0) << 8) | (bytes[at + 4] ?? 0);
    if (bytes[at + 1] !== 3 || length === 0 || length > 18_432) return unclear;
    const content = bytes.subarray(at + 5, at + 5 + length);
    if (bytes[at] === 0x15) {
      // Once it has agreed, what it says afterwards takes nothing back.
      if (messages.length === 0 && length === 2 && content.length === 2)
        return { type: 'refused', alert: content[1] ?? 0 };
      break;
    }
    if (bytes[at] !== 0x16) break;
    messages.push(content);
    at += 5 + length;
  }
  return flightOf(joined(messages));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function flightOf(bytes: Uint8Array): HelloAnswer {
  let agreed: { readonly version: string; readonly suite: string } | undefined;
  let chain: readonly Uint8Array[] | undefined;
  let asks = false;
  let done = false;
  for (let at = 0; at + 4 <= bytes.length && !done; ) {
    const length = threeBytes(bytes, at + 1);
    if (at + 4 + length > bytes.length) break;
    const type = bytes[at] ?? 0;
    const body = bytes.subarray(at + 4, at + 4 + length);
    if (agreed === undefined) {
      agreed = type === 2 ? serverHello(body) : undefined;
      if (agreed === undefined) return unclear;
    } else if (type === 11) {
      chain = certificateList(body);
      if (chain === undefined) return unclear;
    } else if (type === 13) asks = true;
    done = type === complete;
    at += 4 + length;
  }
  if (agreed === undefined) return unclear;
  return { type: 'agreed', ...agreed, chain, asksForCertificate: done ? asks : asks || undefined };
}

const threeBytes = (bytes: Uint8Array, at: number) =>
  ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);

function serverHello(body: Uint8Array) {
  const version = ((body[0] ?? 0) << 8) | (body[1] ?? 0);
  const at = 35 + (body[34] ?? 0);
  const suite = ((body[at] ?? 0) << 8) | (body[at + 1] ?? 0);
  const name = versionNames[version];
  if (body.length < at + 3 || name === undefined) return undefined;
  return { version: name, suite: named[suite] ?? `0x${suite.toString(16).padStart(4, '0')}` };
}

function certificateList(body: Uint8Array): readonly Uint8Array[] | undefined {
  if (body.length < 3 || threeBytes(body, 0) !== body.length - 3) return undefined;
  const found: Uint8Array[] = [];
  for (let at = 3; at < body.length; ) {
    const length = threeBytes(body, at);
    if (length === 0 || at + 3 + length > body.length || found.length >= 20) return undefined;
    found.push(body.subarray(at + 3, at + 3 + length));
    at += 3 + length;
  }
  return found;
}

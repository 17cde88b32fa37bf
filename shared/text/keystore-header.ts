/**
 * The first 32 bytes of an Elasticsearch keystore: enough to know format and protection without a JVM and without its
 * contents. Layout seen on keystores of 7.17, 8.0, 8.19 and 9.4.
 */
export interface KeystoreHeader {
  /** 3 and 4 until 7.17, 5 from 8.0, 6 from 8.14, 7 from 8.18 and 9.0. */
  readonly formatVersion: number;
  readonly passwordProtected: boolean;
}

/** Magic, length of the name, "elasticsearch.keystore". */
const beginning = '3fd76c1716656c61737469637365617263682e6b657973746f7265';

/** @param hex hexadecimal digits of the first 32 bytes, as `od -An -tx1 -N32` prints them; white space is ignored */
export function parseKeystoreHeader(hex: string): KeystoreHeader | undefined {
  const digits = hex.replace(/\s+/g, '').toLowerCase();
  if (digits.length < 64 || !digits.startsWith(beginning)) return undefined;
  const formatVersion = Number.parseInt(digits.slice(54, 62), 16);
  const flag = digits.slice(62, 64);
  if (flag !== '00' && flag !== '01') return undefined;
  return { formatVersion, passwordProtected: flag === '01' };
}

/** The format that this version of Elasticsearch writes by itself when it may write in its configuration directory. */
export function currentKeystoreFormat(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major >= 9 || (major === 8 && minor >= 18)) return 7;
  if (major === 8) return minor >= 14 ? 6 : 5;
  return 4;
}

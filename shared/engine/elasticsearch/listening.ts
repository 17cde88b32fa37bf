/** Which addresses a host listens on, read from the kernel's own tables: needs neither `ss` nor `netstat`. */
import { type Result, succeed } from '../../domain/result.ts';
import { prelude, runChecked, textOf } from '../host-script.ts';
import type { HostWriter } from '../ports.ts';

/** Addresses of listening TCP sockets on a port, as the kernel's tables name them (hexadecimal, host byte order). */
export function listenersOn(tables: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  return tables.split('\n').flatMap((line) => {
    const parts = /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ 0A /.exec(line);
    return parts?.[1] !== undefined && parts[2] === wanted ? [parts[1]] : [];
  });
}

/** `0100007F` becomes `127.0.0.1`; 32 digits become an IPv6 address without shortening. */
export function addressFromKernel(hex: string): string {
  const bytes = (word: string) => [6, 4, 2, 0].map((at) => word.slice(at, at + 2));
  if (hex.length === 8) {
    return bytes(hex)
      .map((part) => String(Number.parseInt(part, 16)))
      .join('.');
  }
  const all = [0, 8, 16, 24].flatMap((at) => bytes(hex.slice(at, at + 8)));
  const mapped = /^0{20}F{4}$/.test(all.slice(0, 12).join(''));
  if (mapped) {
    return all
      .slice(12)
      .map((part) => String(Number.parseInt(part, 16)))
      .join('.');
  }
  return [0, 2, 4, 6, 8, 10, 12, 14]
    .map((at) => Number.parseInt(`${all[at]}${all[at + 1]}`, 16).toString(16))
    .join(':');
}

/** The address by which the host itself reaches a listener: loopback where it listens there, else the bound address. */
export function reachableAddress(listeners: readonly string[]): string | undefined {
  const addresses = listeners.map(addressFromKernel);
  const every = addresses.some(
    (address) => address === '0.0.0.0' || address === '0:0:0:0:0:0:0:0' || address.startsWith('127.'),
  );
  if (every) {
    return '127.0.0.1';
  }
  return addresses.find((address) => !address.includes(':')) ?? addresses[0];
}

const tablesScript = `${prelude}
cat /proc/net/tcp /proc/net/tcp6 2>/dev/null
exit 0
`;

/** Undefined: nothing listens on the port. */
export async function findListener(
  host: HostWriter,
  port: number,
  signal?: AbortSignal,
): Promise<Result<string | undefined>> {
  const ran = await runChecked(
    host,
    {
      name: 'listeners',
      script: tablesScript,
      privileged: false,
      deadlineSeconds: 15,
      maxOutputBytes: 8 * 1024 * 1024,
    },
    { doing: 'read the list of listening ports' },
    signal,
  );
  return ran.ok ? succeed(reachableAddress(listenersOn(textOf(ran.value), port))) : ran;
}

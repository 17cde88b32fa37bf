/** Addresses as nodes and settings write them: `10.0.0.1:9300`, `[fd00::1]:9300`, `search-1/10.0.0.1:9300`, `search-1`. */
export interface Endpoint {
  /** Lower case, without brackets: the address where there is one, else the name. */
  readonly host: string;
  /** Undefined where only a name or an address stands. */
  readonly port: number | undefined;
}

export function endpointOf(text: string): Endpoint {
  const last = text.slice(text.lastIndexOf('/') + 1).toLowerCase();
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(last);
  if (bracketed) return { host: bracketed[1] ?? '', port: portOf(bracketed[2]) };
  // More than one colon without brackets is an address of the sixth version without a port.
  const plain = /^([^:]*):(\d{1,5})$/.exec(last);
  return plain ? { host: plain[1] ?? '', port: portOf(plain[2]) } : { host: last, port: undefined };
}

function portOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

/** Means every host itself, and so tells nothing about another one. */
export function isOwnAddress(host: string): boolean {
  return host === '' || host === 'localhost' || host === '::1' || host.startsWith('127.');
}

/** The one HTTP request that is sent to a stranger's port, and how its answer is recognised. */

export function bareRequest(address: string, port: number): string {
  const host = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return `GET / HTTP/1.1\r\nHost: ${host}\r\nAccept: application/json\r\nConnection: close\r\n\r\n`;
}

/** `complete`: enough has come to know the status, or that there will be none. */
export function firstAnswer(text: string): {
  readonly status: number | undefined;
  readonly complete: boolean;
} {
  const match = /^HTTP\/1\.[01] ([1-5][0-9]{2})[ \r\n]/.exec(text);
  if (match !== null) return { status: Number(match[1]), complete: true };
  return { status: undefined, complete: text.length >= 16 && !text.startsWith('HTTP/1.') };
}

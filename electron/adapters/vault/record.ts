/** What one record holds once it is open. Names and descriptions are as private as values: they tell which hosts exist. */
export interface ClearRecord {
  readonly ref: string;
  readonly about: string;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly value: Buffer;
}

/** ref length 2 · ref · about length 2 · about · time 6 · value. The caller wipes the bytes. */
export function encodeRecord(record: ClearRecord): Buffer {
  const ref = Buffer.from(record.ref, 'utf8');
  const about = Buffer.from(record.about, 'utf8');
  const bytes = Buffer.alloc(2 + ref.length + 2 + about.length + 6 + record.value.length);
  let at = bytes.writeUInt16BE(ref.length, 0);
  at += ref.copy(bytes, at);
  at = bytes.writeUInt16BE(about.length, at);
  at += about.copy(bytes, at);
  at = bytes.writeUIntBE(record.createdAt, at, 6);
  record.value.copy(bytes, at);
  return bytes;
}

/** `value` is a view on `bytes`: wiping one wipes the other. Undefined for bytes that no version of this app wrote. */
export function decodeRecord(bytes: Buffer): ClearRecord | undefined {
  const ref = text(bytes, 0);
  if (ref === undefined) return undefined;
  const about = text(bytes, ref.end);
  if (about === undefined || about.end + 6 > bytes.length) return undefined;
  return {
    ref: ref.value,
    about: about.value,
    createdAt: bytes.readUIntBE(about.end, 6),
    value: bytes.subarray(about.end + 6),
  };
}

function text(bytes: Buffer, at: number): { readonly value: string; readonly end: number } | undefined {
  if (at + 2 > bytes.length) return undefined;
  const end = at + 2 + bytes.readUInt16BE(at);
  return end > bytes.length ? undefined : { value: bytes.toString('utf8', at + 2, end), end };
}

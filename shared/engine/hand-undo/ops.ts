/** What a change kind leaves on the host so that its change can be taken back there by hand, without this program. */

/** Static POSIX `sh`, run as `sh FILE keep|seal|check|undo FOLDER`; see `firewall-ruleset/by-hand.ts` for one. */
export type HandUndoScript = string;

/**
 * In the order in which they are undone.
 * file: one file with bytes, owner, mode and extended attributes, or its absence.
 * folder: one that may be made by the change and goes again when it is empty.
 * modes: owners and modes, `below`: of everything on the same file system.
 * script: anything else that the host itself can look at and put back.
 * reload: systemd reads its units again. restart: that unit, once, at the end. restarts: those asked for so far, now.
 * left: it cannot be taken back by hand; the text says what to do instead.
 */
export type HandUndoOp =
  | {
      readonly do: 'file';
      readonly path: string;
      /** SHA-256 of what the change writes, where it is known before: then a change cut short is recognised as ours. */
      readonly writes?: string;
    }
  | { readonly do: 'folder'; readonly path: string }
  | {
      readonly do: 'modes';
      readonly paths: readonly { readonly path: string; readonly below: boolean }[];
    }
  | { readonly do: 'script'; readonly script: HandUndoScript; readonly args: readonly string[] }
  | { readonly do: 'reload' | 'restarts' }
  | { readonly do: 'restart'; readonly unit: string }
  | { readonly do: 'left'; readonly text: string };

export interface EncodedOps {
  /** One line per op: four columns between tabs, the last one free text or a path. */
  readonly lines: Uint8Array;
  /** Scripts, arguments and lists that the lines name by offset and length. */
  readonly data: Uint8Array;
}

const encoder = new TextEncoder();

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Undefined when a path cannot stand in a line: ends in white space or holds a line end. */
export function encodeOps(ops: readonly HandUndoOp[], restsOnEarlier: boolean): EncodedOps | undefined {
  const data: Uint8Array[] = [];
  let offset = 0;
  const part = (text: string): string => {
    const bytes = encoder.encode(text);
    const place = `${offset}:${bytes.length}`;
    data.push(bytes);
    offset += bytes.length;
    return place;
  };
  const rows = ops.map((op): readonly string[] => {
    switch (op.do) {
      case 'file':
        return ['file', op.writes ?? '-', '-', op.path];
      case 'folder':
        return ['folder', '-', '-', op.path];
      case 'modes': {
        const list = op.paths.map(({ path, below }) => `${below ? 'R' : 'P'}\t${path}\n`).join('');
        return ['modes', part(list), '-', '-'];
      }
      case 'script': {
        const script = part(op.script);
        return ['script', script, part(op.args.map((arg) => `${arg}\n`).join('')), '-'];
      }
      case 'reload':
      case 'restarts':
        return [op.do, '-', '-', '-'];
      case 'restart':
        return ['restart', '-', '-', op.unit];
      case 'left':
        return ['left', '-', '-', op.text];
    }
  });
  const free = [
    ...rows.map((row) => row[3] ?? ''),
    ...ops.flatMap((op) =>
      op.do === 'modes' ? op.paths.map(({ path }) => path) : op.do === 'script' ? op.args : [],
    ),
  ];
  if (free.some((text) => /[\n\0]|\s$|^\s/.test(text))) {
    return undefined;
  }
  const flags = restsOnEarlier ? [['node', '-', '-', '-']] : [];
  const lines = [...flags, ...rows].map((row) => `${row.join('\t')}\n`).join('');
  return { lines: encoder.encode(lines), data: joined(data) };
}

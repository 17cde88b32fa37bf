/** Keeps on the host what taking back by hand needs: before a step, completed after it, gone when it was undone. */
import type { Change } from '../../domain/change.ts';
import { handUndoFolder } from '../../domain/hand-undo.ts';
import { type Result, succeed } from '../../domain/result.ts';
import { concernsNode } from '../concerns-node.ts';
import { prelude, runChecked, textOf } from '../host-script.ts';
import { type EngineParts, kindOf } from '../parts.ts';
import type { HostWriter } from '../ports.ts';
import { encodeOps, type HandUndoOp } from './ops.ts';
import { undoProgram } from './program.ts';

// The root folder is an argument, so that the kit can be kept and tried below any folder.
const keepScript = `${prelude}
d=$1; root=\${2%/}; tag=$3; plen=$4; olen=$5; total=$6; shift 6
[ -d "\${d%/*}" ] || mkdir -p -m 700 "\${d%/*}" || exit 1
[ -d "$d" ] || mkdir -m 700 "$d" || exit 1
[ ! -L "$d" ] && [ "$(stat -c '%u %a' "$d")" = "$(id -u) 700" ] || exit 50
rm -rf "$d"/new.*
t=$d/new.$$
trap 'rm -rf "$t"' EXIT
mkdir -p "$d/items" "$t/item" || exit 1
cat > "$t/in" || exit 1
[ "$(wc -c < "$t/in")" -eq "$total" ] || exit 52
head -c "$plen" "$t/in" > "$t/undo" && printf '%s\\n' "$root" > "$t/root" || exit 1
mv "$t/undo" "$d/undo" && mv "$t/root" "$d/root" || exit 1
tail -c +$((plen + 1)) "$t/in" | head -c "$olen" > "$t/item/ops" || exit 1
tail -c +$((plen + olen + 1)) "$t/in" > "$t/item/data" || exit 1
printf '%s\\n' "$@" > "$t/item/about" || exit 1
sh "$d/undo" .keep "$t/item" || exit
rm -rf "$d"/items/[0-9][0-9][0-9][0-9][0-9][0-9]-"$tag"
last=$(ls "$d/items" | sort | tail -n 1 | cut -d- -f1)
mv "$t/item" "$d/items/$(printf '%06d' "$(expr "\${last:-0}" + 1)")-$tag" || exit 1
sync
`;

const sealScript = `${prelude}
for item in "$1"/items/[0-9][0-9][0-9][0-9][0-9][0-9]-"$2"; do
  [ -d "$item" ] || continue
  sh "$1/undo" .seal "$item" || exit
  grep -q '^left' "$item/ops" || echo kept
done
sync
`;

const dropScript = `${prelude}
k=$1; shift
[ -d "$k/items" ] || exit 0
for tag; do rm -rf "$k"/items/[0-9][0-9][0-9][0-9][0-9][0-9]-"$tag"; done
if [ -z "$(ls "$k/items")" ] && [ ! -s "$k/pending" ]; then rm -rf "$k" && rmdir "\${k%/*}" 2>/dev/null; fi
exit 0
`;

const listScript = `${prelude}
[ -e "$1/undo" ] || exit 0
sh "$1/undo" list
`;

const nothingByHand: readonly HandUndoOp[] = [
  {
    do: 'left',
    text: 'this kind of change cannot be taken back by hand. Take it back with Bulwark and the workspace, or by the notes in its report.',
  },
];

export interface KitEntry {
  readonly title: string;
  readonly operator: string;
  readonly planId: string;
  readonly stepId: string;
}

function opsOf(parts: Pick<EngineParts, 'kinds'>, change: Change, digest: EngineParts['digest']) {
  const kind = kindOf(parts.kinds, change);
  const ops = kind.byHand?.(change, digest) ?? nothingByHand;
  return encodeOps(ops, concernsNode(change)) ?? encodeOps(nothingByHand, concernsNode(change));
}

/** Before the step. Errors leave the host as it was: DISK_FULL, PRECONDITION_FAILED, COMMAND_FAILED, the connection's. */
export async function keepOnHost(
  host: HostWriter,
  parts: Pick<EngineParts, 'kinds' | 'clock' | 'digest'>,
  change: Change,
  tag: string,
  entry: KitEntry,
): Promise<Result<void>> {
  const program = new TextEncoder().encode(undoProgram);
  const encoded = opsOf(parts, change, parts.digest);
  if (encoded === undefined) {
    return succeed(undefined);
  }
  const { lines, data } = encoded;
  const stdin = new Uint8Array(program.length + lines.length + data.length);
  stdin.set(program);
  stdin.set(lines, program.length);
  stdin.set(data, program.length + lines.length);
  const words = [
    entry.title,
    new Date(parts.clock.now()).toISOString(),
    entry.operator,
    entry.planId,
    entry.stepId,
  ];
  const ran = await runChecked(
    host,
    {
      name: 'undo-keep',
      script: keepScript,
      args: [
        handUndoFolder,
        '/',
        tag,
        String(program.length),
        String(lines.length),
        String(stdin.length),
        ...words.map((word) => word.replace(/[\t\r\n]+/g, ' ')),
      ],
      stdin,
      privileged: true,
      deadlineSeconds: 300,
    },
    { doing: 'keep on the host what taking back by hand needs' },
  );
  return ran.ok ? succeed(undefined) : ran;
}

/** After the step: what it left is what may be taken back by hand. False where nothing is kept that can be. */
export async function sealOnHost(host: HostWriter, tag: string): Promise<Result<boolean>> {
  const ran = await runChecked(
    host,
    {
      name: 'undo-seal',
      script: sealScript,
      args: [handUndoFolder, tag],
      privileged: true,
      deadlineSeconds: 300,
    },
    { doing: 'complete what taking back by hand needs', hostState: 'changed' },
  );
  return ran.ok ? succeed(textOf(ran.value).includes('kept')) : ran;
}

/** After they were undone. */
export async function dropFromHost(host: HostWriter, ...tags: readonly string[]): Promise<Result<void>> {
  if (tags.length === 0) {
    return succeed(undefined);
  }
  const ran = await runChecked(
    host,
    {
      name: 'undo-drop',
      script: dropScript,
      args: [handUndoFolder, ...tags],
      privileged: true,
      deadlineSeconds: 60,
    },
    { doing: 'remove what was kept for taking back by hand', hostState: 'changed' },
  );
  return ran.ok ? succeed(undefined) : ran;
}

export interface KitItem extends KitEntry {
  /** `begun`: the outcome never came back, so only what is recognised by its content is taken back. */
  readonly state: 'complete' | 'begun';
  /** Why this one is not taken back by hand; absent where it is. */
  readonly notByHand?: string;
  /** ISO 8601, the operator's clock. */
  readonly at: string;
}

/** What the host keeps, oldest first. */
export async function readKit(host: HostWriter, signal?: AbortSignal): Promise<Result<readonly KitItem[]>> {
  const ran = await runChecked(
    host,
    {
      name: 'undo-list',
      script: listScript,
      args: [handUndoFolder],
      privileged: true,
      deadlineSeconds: 30,
    },
    { doing: 'read what the host keeps for taking back by hand' },
    signal,
  );
  if (!ran.ok) {
    return ran;
  }
  return succeed(
    textOf(ran.value)
      .split('\n')
      .filter((line) => line !== '')
      .map((line): KitItem => {
        const [, state, title = '', at = '', operator = '', planId = '', stepId = '', why = ''] =
          line.split('\t');
        return {
          state: state === 'complete' ? 'complete' : 'begun',
          title,
          at,
          operator,
          planId,
          stepId,
          ...(why === '' ? {} : { notByHand: why }),
        };
      }),
  );
}

/** `npm run crash-matrix`: the full product or what the options leave of it. Goes on where an earlier run ended. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { LabError, openLab } from '../../lab/index.ts';
import { type Account, withTried } from './account.ts';
import { accountLines, learnedWords, outlook } from './account-words.ts';
import { faults, ownFaults, type Row } from './contract.ts';
import { type OwnCase, ownVariant, runOwn } from './elasticsearch-own.ts';
import { ownCases } from './elasticsearch-own-cases.ts';
import { kindNames, loadKinds } from './kind-files.ts';
import { runMatrix } from './matrix.ts';
import { lineOf, summaryOf } from './table.ts';

const out = 'out/crash-matrix.json';
const partial = 'out/crash-matrix.rows.jsonl';
const usage = `npm run crash-matrix -- [--kind NAME[,NAME]] [--fault NAME[,NAME]] [--boundary PART] [--part] [--cells N|cover] [--resume|--fresh] [--workers N]

  --kind      ${kindNames().join(', ')}; or one way of it: "account (lock)"
              elasticsearch-own: what Elasticsearch itself does on the way
  --fault     ${[...faults, ...ownFaults].join(', ')}
  --boundary  only boundaries whose name holds this
  --part      the chosen part
  --cells     at most so many of each kind, spread over faults and boundaries; more of them hold the fewer, so a run goes on where
              one with fewer ended. With "cover" as many as it takes until each fault and each boundary of a kind had its turn
  --resume    go on with what an earlier run left: only what is missing or failed is run. So it is without a word, too
  --fresh     forget what an earlier run found
  --workers   kinds at the same time, default 2

Rows go to ${out}. Exit status 1 when a case failed.
`;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const key = (cell: Pick<Row, 'kind' | 'variant' | 'boundary' | 'fault'>) =>
  [cell.kind, cell.variant, cell.boundary, cell.fault].join('|');

const keyOfOwn = ({ change, what, fault }: OwnCase) =>
  key({ kind: change.kind, variant: ownVariant, boundary: what, fault });

/** What kinds had when they were learned last: for an estimate before they are learned again. */
function earlierAccounts(): readonly Account[] {
  if (!existsSync(out)) return [];
  const earlier = JSON.parse(readFileSync(out, 'utf8')) as { readonly kinds?: readonly Account[] };
  return earlier.kinds ?? [];
}

function earlierRows(): Map<string, Row> {
  const found = new Map<string, Row>();
  if (!existsSync(partial)) return found;
  for (const line of readFileSync(partial, 'utf8').split('\n').filter(Boolean)) {
    const read = JSON.parse(line) as Omit<Row, 'struck'> & { readonly struck?: boolean };
    // Rows of before this was noted: what did not fail was struck, where it made sense.
    const row: Row = { ...read, struck: read.struck ?? read.outcome !== 'not-applicable' };
    if (row.outcome === 'failed') found.delete(key(row));
    else found.set(key(row), row);
  }
  return found;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kind: { type: 'string' },
      fault: { type: 'string' },
      boundary: { type: 'string' },
      part: { type: 'boolean' },
      cells: { type: 'string' },
      fresh: { type: 'boolean' },
      resume: { type: 'boolean' },
      workers: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help === true) {
    say(usage);
    return 0;
  }
  if (values.cells !== undefined && !/^([1-9]\d{0,4}|cover)$/.test(values.cells)) {
    say(`--cells takes a number or "cover", not "${values.cells}".\n\n${usage}`);
    return 2;
  }
  if (values.resume === true && values.fresh === true) {
    say(`--resume keeps what --fresh forgets.\n\n${usage}`);
    return 2;
  }
  mkdirSync('out', { recursive: true });
  if (values.fresh === true) rmSync(partial, { force: true });
  const earlier = earlierRows();
  const began = Date.now();
  const elapsed = () => `${Math.round((Date.now() - began) / 1000)} s`;
  const kinds = values.kind?.split(',');
  const take = (row: Row, left: number) => {
    if (!earlier.has(key(row))) appendFileSync(partial, `${JSON.stringify(row)}\n`);
    say(`[${elapsed()}, ${left} left] ${lineOf(row)}`);
  };
  const known = await loadKinds();
  const workers = Number(values.workers ?? 2);
  const before = earlierAccounts();
  const learned: Account[] = [];
  say(outlook(known, before, workers));
  if (earlier.size > 0)
    say(`${earlier.size} rows of an earlier run are kept, since ${partial} was begun; --fresh forgets them.`);
  const lab = await openLab({ log: say });
  try {
    const faulted = await runMatrix(
      {
        lab,
        workers,
        wish: {
          ...(kinds === undefined ? {} : { kinds }),
          ...(values.fault === undefined ? {} : { faults: values.fault.split(',') }),
          ...(values.boundary === undefined ? {} : { boundary: values.boundary }),
          ...(values.cells === undefined
            ? {}
            : { cells: values.cells === 'cover' ? values.cells : Number(values.cells) }),
          part: values.part === true,
        },
        known: (cell) => earlier.get(key(cell)),
        onRow: take,
        onNote: (line) => say(`[${elapsed()}] ${line}`),
        onLearned(account, wanted) {
          learned.push(account);
          say(`[${elapsed()}] ${learnedWords(account, wanted)}`);
        },
      },
      known,
    );
    const own = ownCases.filter(
      (one) =>
        (kinds === undefined || kinds.includes('elasticsearch-own')) &&
        (values.fault === undefined || values.fault.split(',').includes(one.fault)) &&
        (values.boundary === undefined || one.what.includes(values.boundary)) &&
        (values.part !== true || one.chosen),
    );
    const missing = own.filter((one) => !earlier.has(keyOfOwn(one)));
    const found = await runOwn(lab, missing, take);
    const kept = own.flatMap((one) => earlier.get(keyOfOwn(one)) ?? []);
    const rows = [...faulted, ...kept, ...found];
    const still = before.filter(
      (account) => !learned.some(({ kind, variant }) => kind === account.kind && variant === account.variant),
    );
    const accounts = [...still, ...learned];
    const all = [...new Map([...earlier.values(), ...rows].map((row) => [key(row), row])).values()];
    writeFileSync(
      out,
      `${JSON.stringify({ seconds: Math.round((Date.now() - began) / 1000), rows: all, kinds: accounts.map((account) => withTried(account, all)) }, null, 1)}\n`,
    );
    say(`\n${summaryOf(rows)}\n${accountLines(known, accounts, all).join('\n')}
  elasticsearch-own: ${all.filter(({ variant, struck }) => variant === ownVariant && struck).length} of ${ownCases.length} cells run
It took ${elapsed()}. Rows: ${out}`);
    return rows.some((row) => row.outcome === 'failed') ? 1 : 0;
  } finally {
    await lab.down();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  say(error.message);
  process.exitCode = 1;
}

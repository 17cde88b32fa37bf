/** The matrix in words: kinds by faults with counts, and what failed one by one. */
import { labelOf, type Outcome, ownFaults, type Row, faults as seamFaults } from './contract.ts';

function count(rows: readonly Row[], outcome: Outcome): number {
  return rows.filter((row) => row.outcome === outcome).length;
}

/** `old/new/not applicable/failed`, a dot where nothing was tried. */
function square(rows: readonly Row[]): string {
  if (rows.length === 0) return '·';
  const numbers = (['old', 'new', 'not-applicable', 'failed'] as const).map((outcome) =>
    count(rows, outcome),
  );
  return numbers.join('/');
}

export function tableOf(rows: readonly Row[]): string {
  const labels = [...new Set(rows.map((row) => labelOf(row)))].toSorted();
  const faults = [...seamFaults, ...ownFaults].filter(
    (fault) => seamFaults.some((one) => one === fault) || rows.some((row) => row.fault === fault),
  );
  const head = ['old/new/n.a./failed', ...faults, 'all'];
  const body = labels.map((label) => {
    const mine = rows.filter((row) => labelOf(row) === label);
    return [label, ...faults.map((fault) => square(mine.filter((row) => row.fault === fault))), square(mine)];
  });
  const foot = [
    'all',
    ...faults.map((fault) => square(rows.filter((row) => row.fault === fault))),
    square(rows),
  ];
  const lines = [head, ...body, foot];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) => line.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '))
    .join('\n');
}

export function lineOf(row: Row): string {
  const access = row.accessBackSeconds === null ? '' : `, access ${row.accessBackSeconds} s`;
  return `${labelOf(row)} | ${row.boundary} | ${row.fault}: ${row.outcome}${row.afterFault === 'between' ? ' (between before settling)' : ''}, journal ${row.journal || '-'}${access}, run ${row.run || '-'}${row.reason === '' ? '' : `: ${row.reason}`}`;
}

export function summaryOf(rows: readonly Row[]): string {
  const failed = rows.filter((row) => row.outcome === 'failed');
  const senseless = new Map<string, number>();
  for (const row of rows.filter(({ outcome }) => outcome === 'not-applicable')) {
    const key = `${labelOf(row)}, ${row.fault}: ${row.reason}`;
    senseless.set(key, (senseless.get(key) ?? 0) + 1);
  }
  return [
    tableOf(rows),
    ...[...senseless].map(([key, times]) => `not applicable, ${times}: ${key}`),
    ...failed.map((row) => `FAILED ${lineOf(row)}`),
    `${count(rows, 'old')} old, ${count(rows, 'new')} new, ${count(rows, 'not-applicable')} not applicable, ${failed.length} failed`,
  ].join('\n');
}

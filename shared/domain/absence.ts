/** How one side of a difference says that nothing is there: empty, or words in round brackets such as `(no file)`. */

/** The words without brackets ("" where there are none); undefined where there is a text. */
export function absenceOf(side: string): string | undefined {
  if (side === '') return '';
  return /^\(([^()\n]{1,80})\)\n?$/.exec(side)?.[1];
}

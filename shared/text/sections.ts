/**
 * Probes print several things one after the other, each behind a line `@@ <name> [rest]`. A line of content that begins like
 * that is printed with a blank before it (`sed 's/^@@/ @@/'`), so content cannot pretend to be a section.
 */
export interface Section {
  readonly name: string;
  readonly rest: string;
  /** Without the last line break. */
  readonly body: string;
}

export function splitSections(text: string): readonly Section[] {
  const sections: { name: string; rest: string; lines: string[] }[] = [];
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const head = /^@@ (\S+) ?(.*)$/.exec(line);
    if (head) sections.push({ name: head[1] ?? '', rest: head[2] ?? '', lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections.map(({ name, rest, lines }) => ({ name, rest, body: lines.join('\n') }));
}

export function sectionNamed(sections: readonly Section[], name: string): Section | undefined {
  return sections.find((section) => section.name === name);
}

/** Whether the data directories hold anything, how many indices, and how much room is left. */
import type { DataDirectory } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { body, known, needsElasticsearch, readSections } from '../parse.ts';

export const dataDirectories: FactSource<'data-directories', readonly DataDirectory[]> = {
  id: 'data-directories',
  deadlineSeconds: 8,
  maxBytes: 65_536,
  // Until 7.17 everything lies one level deeper, in nodes/0.
  probe: String.raw`${needsElasticsearch}
count() {
  set +f
  amount=0
  for place in "$1"/indices/* "$1"/nodes/*/indices/*; do [ -d "$place" ] && amount=$((amount + 1)); done
  echo "$amount"
}
describe() {
  section directory "$1"
  if [ -r "$1" ] && [ -x "$1" ]; then
    echo "first=$(ls -A "$1" | head -n 1)"
    echo "indices=$(count "$1")"
  else
    echo closed=yes
  fi
  echo "free=$(df -Pk "$1" | awk 'NR == 2 { print $4 }')"
}
each_dir describe
section missing
[ -e "$ES_HOME/data" ] || echo "$ES_HOME/data"
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'data directories', context, (sections) => {
      const found = sections
        .filter((section) => section.name === 'directory')
        .map((section): DataDirectory => {
          const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(section.body)?.[1];
          const closed = value('closed') === 'yes';
          const free = Number.parseInt(value('free') ?? '', 10);
          const indices = Number.parseInt(value('indices') ?? '', 10);
          return {
            path: section.rest,
            empty: !closed && value('first') === '',
            indices: closed || !Number.isInteger(indices) ? undefined : indices,
            freeBytes: Number.isInteger(free) ? free * 1024 : undefined,
          };
        });
      const missing = body(sections, 'missing')
        .split('\n')
        .filter((line) => line.startsWith('/'));
      return known(
        [...found, ...missing.map((path) => ({ path, empty: true, indices: 0, freeBytes: undefined }))],
        'data directories',
        context,
      );
    }),
};

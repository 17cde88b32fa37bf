/** Sockets that listen, and which of them are the node's. */
import type { Listener } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { parseListeningSockets } from '../../text/proc-net.ts';
import { body, known, readSections } from '../parse.ts';

export const listeners: FactSource<'listeners', readonly Listener[]> = {
  id: 'listeners',
  deadlineSeconds: 5,
  maxBytes: 524_288,
  probe: String.raw`
section pid; echo "$ES_PID"
section sockets; grep -hE ': [0-9A-F]+:[0-9A-F]{4} [0-9A-F]+:[0-9A-F]{4} 0A ' /proc/net/tcp /proc/net/tcp6
section own; [ -z "$ES_PID" ] || ls -l "/proc/$ES_PID/fd" 2>/dev/null | sed -n 's/.*socket:\[\([0-9]*\)\].*/\1/p'
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, '/proc/net/tcp', context, (sections) => {
      const pid = Number(body(sections, 'pid').trim());
      const own = new Set(body(sections, 'own').split('\n'));
      const sockets = parseListeningSockets(body(sections, 'sockets'));
      return known(
        sockets.map(({ address, port, inode }) => ({ address, port, pid: own.has(inode) ? pid : undefined })),
        '/proc/net/tcp',
        context,
      );
    }),
};

/** Scripts for kinds that are tried on a running node without security. */

export const url = 'http://127.0.0.1:9200';

/** Waits until the node answers: after a reboot that takes its time. */
export const nodeUp = `for i in $(seq 220); do [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' '${url}/_cluster/health?wait_for_status=yellow&timeout=2s')" != 200 ] || break; sleep 1; done`;

/** Changes cluster settings past the product. */
export function put(body: object): string {
  return `curl -sf -X PUT -H 'content-type: application/json' ${url}/_cluster/settings -d '${JSON.stringify(body)}' >/dev/null`;
}

/** The CA certificate that HTTP clients of a node trust. */
import type { EsInstall } from '../../domain/elasticsearch.ts';
import type { ChangeContext } from '../change-kind.ts';
import { readFile } from '../host-files.ts';
import { textOf } from '../host-script.ts';

/** PEM text; undefined when the host has no such file. */
export async function readHttpCa(
  context: Pick<ChangeContext, 'host'>,
  install: EsInstall,
): Promise<string | undefined> {
  const path = install.httpCaPath ?? `${install.pathConf}/certs/http_ca.crt`;
  const file = await readFile(context.host, path, { follow: true });
  return file.ok && file.value !== 'absent' && file.value.bytes.length > 0
    ? textOf(file.value.bytes)
    : undefined;
}
